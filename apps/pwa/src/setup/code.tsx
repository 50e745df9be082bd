import { setupStrings } from '../strings/setup.ts';

/** What two people compare, in fours. */
export function Code({ code }: { code: string }) {
  return (
    <p className="fours" data-testid="join-code">
      <span className="vh">{setupStrings.setup.ask.code}: </span>
      {code.split('-').map((four, i) => (
        // The groups of a code have no identity but their place.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <span key={i}>{four} </span>
      ))}
    </p>
  );
}
