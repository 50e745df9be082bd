import { setupStrings } from '../strings/setup.ts';

const words = setupStrings.setup.radio;

/** Which of the two radios is meant: the one within, or the one on USB. */
export function PiDrawing({ mesh }: { mesh: boolean }) {
  return (
    <svg viewBox="0 0 358 176" width="100%" role="img" aria-label={mesh ? words.drawingCan : words.drawingCannot} className="mb-2 block">
      <g fill="none" stroke="var(--ink)" strokeWidth="2" strokeLinejoin="round">
        <rect x="70" y="42" width="170" height="108" rx="9" fill="var(--raised)" />
        {[52, 140].map((y) => (
          <g key={y} stroke="var(--edge)">
            <circle cx="80" cy={y} r="3.4" />
            <circle cx="186" cy={y} r="3.4" />
          </g>
        ))}
        <rect x="122" y="78" width="36" height="36" rx="2" fill="var(--ink)" />
        <path d="M94 50h84M94 55h84" stroke="var(--edge)" strokeDasharray="2 3.2" />
        <rect x="214" y="52" width="34" height="24" fill="var(--ground)" />
        <rect x="214" y="84" width="34" height="24" fill="var(--ground)" />
        <rect x="214" y="116" width="34" height="26" fill="var(--ground)" />
        <path d="M96 150v5h18v-5M126 150v5h14v-5M150 150v5h14v-5" stroke="var(--edge)" />
      </g>
      <rect x="96" y="82" width="17" height="28" rx="2" fill="var(--off-fill)" stroke="var(--off)" strokeWidth="1.5" />
      <path d="M104 82V24H60" fill="none" stroke="var(--edge)" strokeWidth="1.5" />
      <g fontSize="13" fill="var(--ink2)">
        <text x="0" y="20">
          {words.builtIn[0]}
        </text>
        <text x="0" y="36">
          {words.builtIn[1]}
        </text>
      </g>
      {mesh && (
        <>
          <rect x="248" y="86" width="52" height="20" rx="3" fill="var(--enamel)" />
          <path d="M292 86V34" stroke="var(--enamel)" strokeWidth="6" strokeLinecap="round" />
          <g fill="none" stroke="var(--enamel)" strokeWidth="2.4" strokeLinecap="round">
            <path d="M304 44a15 15 0 0 0 0-20" />
            <path d="M312 52a27 27 0 0 0 0-36" />
            <path d="M320 60a39 39 0 0 0 0-52" />
          </g>
          <text x="256" y="126" fontSize="13" fontWeight="600" fill="var(--ink)">
            {words.adapter}
          </text>
        </>
      )}
    </svg>
  );
}
