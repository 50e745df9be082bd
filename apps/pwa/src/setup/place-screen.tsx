'use client';
import { type FormEvent, useState } from 'react';
import type { PlaceInput } from '../live/model.ts';
import { setupStrings } from '../strings/setup.ts';
import { type Position, parsePosition, shown } from './coordinates.ts';
import { Back, Primary, TextField, TroubleNote } from './parts.tsx';
import { PlaceGrid } from './place-grid.tsx';
import type { Steps } from './use-setup.ts';

const words = setupStrings.setup.place;
type Kind = PlaceInput['uplink']['kind'];
/** Where the grid begins: nobody is there, and it is not mistaken for home. */
const nowhere: Position = { lat: 50, lon: 10 };

/** Name, place, way to the internet; of a node that is set up the place alone, since its name stands in its certificate. */
export function PlaceScreen({ steps, onDone }: { steps: Steps; onDone?: () => void }) {
  const { view } = steps;
  const first = view.step === 'place';
  const before = view.place;
  const [name, setName] = useState(before?.name ?? view.node.name);
  const [typed, setTyped] = useState(before?.position ? shown(before.position) : '');
  const [kind, setKind] = useState<Kind>(before?.uplink ?? 'keep');
  const [ssid, setSsid] = useState(before?.ssid ?? '');
  const [key, setKey] = useState('');
  const [wrong, setWrong] = useState<{ name?: string; place?: string }>({});
  const place = parsePosition(typed);
  // A place that was typed is looked at from near by; one that is tapped comes nearer with each tap.
  const [near, setNear] = useState(place !== undefined);
  const type = (text: string) => {
    setTyped(text);
    if (!place && parsePosition(text)) setNear(true);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const found = {
      ...((name.trim() === '' || name.trim().length > 40) && { name: words.noName }),
      ...(typed.trim() !== '' && !place && { place: `${words.noPlace} ${words.noPlaceNext}` }),
    };
    setWrong(found);
    if (Object.keys(found).length > 0) return;
    const uplink = kind === 'wifi' ? { kind, ssid: ssid.trim(), ...(key !== '' && { passphrase: key }) } : { kind };
    steps.run((trpc) => trpc.setup.place.mutate({ name: name.trim(), ...(place && { position: place }), uplink: first ? uplink : { kind: 'keep' } }));
    onDone?.();
  };
  return (
    <form onSubmit={submit} noValidate>
      <h1 className="say">{first ? words.say : words.where}</h1>
      <p className="lede">{words.lede}</p>
      <TroubleNote steps={steps} />
      {first && (
        <TextField
          id="node-name"
          label={words.name}
          hint={words.nameHint}
          value={name}
          onChange={setName}
          wrong={name.trim() !== '' && name.trim().length <= 40 ? undefined : wrong.name}
        />
      )}
      <TextField id="node-place" label={words.where} hint={words.whereHint} value={typed} onChange={type} wrong={place ? undefined : wrong.place} />
      <PlaceGrid key={String(near)} near={near} centre={place ?? nowhere} place={place} onPlace={(next) => setTyped(shown(next))} />
      {first && view.network.available && (
        <fieldset>
          <legend className="label">{words.uplink}</legend>
          <div className="pick">
            <Choice kind="keep" now={kind} onChange={setKind} title={words.keep} next={words.keepAs(view.network.uplink, view.network.uplinkSsid)} />
            <Choice kind="ethernet" now={kind} onChange={setKind} title={words.ethernet} next={words.ethernetNext} />
            <Choice kind="wifi" now={kind} onChange={setKind} title={words.wifi} next={words.wifiNext} />
          </div>
          {kind === 'wifi' && (
            <>
              <TextField id="wifi-ssid" label={words.ssid} value={ssid} onChange={setSsid} secret wrong={steps.problem('uplink.ssid')} />
              <TextField id="wifi-key" label={words.key} value={key} onChange={setKey} secret wrong={steps.problem('uplink.passphrase')} />
            </>
          )}
        </fieldset>
      )}
      <div className="wacts">
        <Primary busy={steps.busy}>{setupStrings.setup.on}</Primary>
        {first && <Back steps={steps} />}
      </div>
    </form>
  );
}

function Choice({ kind, now, onChange, title, next }: { kind: Kind; now: Kind; onChange: (kind: Kind) => void; title: string; next: string }) {
  return (
    <label>
      <input type="radio" name="uplink" checked={kind === now} onChange={() => onChange(kind)} />
      <span>
        <b>{title}</b>
        <span className="sm">{next}</span>
      </span>
    </label>
  );
}
