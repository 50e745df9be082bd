'use client';
import { saveFile } from '../earnings/save-file.ts';
import { Qr } from '../earnings/wallet/qr.tsx';
import { dayAndMinute } from '../strings/format.ts';
import { peopleStrings } from '../strings/people.ts';
import { Copy } from '../ui/copy.tsx';
import { Dialog } from '../ui/dialog.tsx';
import type { MadeInvite } from './use-people.ts';

const words = peopleStrings.people.made;

/** The invite in the forms that the wizard takes: code, text, file. */
export function Made({ made, timeZone, onClose }: { made: MadeInvite; timeZone: string | undefined; onClose: () => void }) {
  return (
    <Dialog title={words.title} close={words.close} onClose={onClose}>
      <p className="lede">{words.lede(made.community, made.uses, dayAndMinute(made.expiresAt, timeZone))}</p>
      <Qr text={made.text} label={words.qr} />
      <p className="sm pb-3 text-center">{words.photo}</p>
      <p className="note">{words.once}</p>
      <p className="invite-text" data-testid="invite-text">
        {made.text}
      </p>
      <div className="row fill mt-3">
        <Copy text={made.text} label={words.copy} className="btn pri" />
        <button type="button" className="btn" onClick={() => saveFile('energymesh-invite.txt', `${made.text}\n`, 'text/plain')}>
          {words.save}
        </button>
      </div>
      <p className="sm pt-2">{words.saveNext}</p>
    </Dialog>
  );
}
