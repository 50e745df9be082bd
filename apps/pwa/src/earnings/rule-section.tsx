'use client';
import type { Earnings } from '../live/model.ts';
import { earningsStrings } from '../strings/earnings.ts';
import { short } from '../strings/format.ts';
import { Go } from '../ui/go.tsx';
import { Age, Section } from '../ui/parts.tsx';
import { useRules } from './feeds.ts';
import { unitOf, xlmShort } from './money.ts';

const words = earningsStrings.earnings.rule;

/** The rule in four sentences, and the way to all of it. */
export function RuleSection({ earnings }: { earnings: Earnings }) {
  const rules = useRules();
  const { stroopsPer1000, bonusUptimeBp, bonusLatencyBp, penaltyBp, uptimeHighBp, uptimeLowBp, latencyUsMax } = rules?.params ?? {};
  const share = (bp: number | undefined): string => `${(bp ?? 0) / 100} %`;
  return (
    <Section title={words.title} aside={<span className="tick">{rules?.source === 'assumed' ? words.assumed : <Age at={rules?.readAt} />}</span>}>
      {stroopsPer1000 !== undefined && (
        <p className="sm" data-testid="rule">
          {words.say(xlmShort(BigInt(stroopsPer1000)), unitOf(earnings.terms))}{' '}
          {(bonusUptimeBp ?? 0) > 0 && words.uptime(share(uptimeHighBp), bonusUptimeBp ?? 0)}{' '}
          {(bonusLatencyBp ?? 0) > 0 && words.latency(short((latencyUsMax ?? 0) / 1000), bonusLatencyBp ?? 0)}{' '}
          {(penaltyBp ?? 0) > 0 && words.penalty(share(uptimeLowBp), penaltyBp ?? 0)}
        </p>
      )}
      <p className="links">
        <Go className="more" href="/earnings?view=rules">
          {words.all}
        </Go>
      </p>
    </Section>
  );
}
