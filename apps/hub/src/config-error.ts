/** A mistake of whoever wrote the configuration; the message names the key. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
