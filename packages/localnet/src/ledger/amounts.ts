/** What a balance can be at most. */
export const int64Max = 2n ** 63n - 1n;
