'use client';
import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useState } from 'react';
import { useRadioFeed } from '../live/feeds.ts';
import type { RadioBeneath } from '../live/model.ts';
import { useHere } from '../live/providers.tsx';
import { radioWords } from '../mesh/radio-words.ts';
import { countryName, locale } from '../strings/format.ts';
import { told } from '../strings/said.ts';
import { setupStrings } from '../strings/setup.ts';
import { Glyph } from '../ui/glyph.tsx';
import { HeardMeshes } from './heard-meshes.tsx';
import { Back, Primary, TextField, TroubleNote } from './parts.tsx';
import { PiDrawing } from './pi-drawing.tsx';
import type { Steps } from './use-setup.ts';

const words = setupStrings.setup.radio;

/** What the radios can do, in plain words; the country; the mesh on the air. */
export function RadioScreen({ steps }: { steps: Steps }) {
  const { view } = steps;
  const radio = useRadioFeed();
  const said = sayingOf(radio);
  const { available } = view.network;
  const air = available && radio?.check.radios.some(({ canMesh }) => canMesh) === true;
  const [country, setCountry] = useState(view.radio?.country ?? view.network.country ?? radio?.country ?? ownCountry());
  const [meshId, setMeshId] = useState(view.radio?.mesh?.id ?? view.network.meshId ?? '');
  const [meshKey, setMeshKey] = useState('');
  const kept = (view.radio?.mesh?.hasPassphrase === true && view.radio.mesh.id === meshId) || (meshId !== '' && view.network.meshId === meshId);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    steps.run((trpc) =>
      trpc.setup.radio.mutate({
        ...(available && country !== '' && { country }),
        ...(air && meshId.trim() !== '' && { mesh: { id: meshId, ...(meshKey !== '' && { passphrase: meshKey }) } }),
      }),
    );
  };
  return (
    <form onSubmit={submit} noValidate>
      <h1 className="say">{said.say}</h1>
      <p className="lede">{said.lede}</p>
      <TroubleNote steps={steps} />
      {radio && radio.check.radios.length > 0 && <PiDrawing mesh={radio.check.radios.some(({ canMesh }) => canMesh)} />}
      {radio && radio.check.radios.length + radio.check.advice.length > 0 && (
        <ul className="seen" aria-label={words.list} data-testid="setup-radios">
          {radio.check.radios.map((one) => (
            <li key={one.interface}>
              <Glyph name={one.canMesh ? 'well' : 'off'} />
              <span>{radioWords(one)}</span>
            </li>
          ))}
          {radio.check.advice.map((advice, i) => (
            <li key={advice}>
              <Glyph name="warn" />
              <span className="sm">{told(advice, radio.check.adviceSaid?.[i])}</span>
            </li>
          ))}
        </ul>
      )}
      {available ? <Country value={country} onChange={setCountry} wrong={steps.problem('country')} /> : <p className="note calm">{words.manual}</p>}
      {air && (
        <fieldset>
          <legend className="label">{words.meshTitle}</legend>
          <p className="sm">{words.meshHint}</p>
          {radio?.state === 'fresh' && view.network.meshId === undefined && <HeardMeshes heard={radio.heard} chosen={meshId} onChoose={setMeshId} />}
          <TextField id="mesh-id" label={words.meshId} value={meshId} onChange={setMeshId} secret wrong={steps.problem('mesh.id')} />
          <TextField
            id="mesh-key"
            label={words.meshKey}
            {...(kept && meshKey === '' && { hint: words.meshKeyKept })}
            value={meshKey}
            onChange={setMeshKey}
            secret
            wrong={steps.problem('mesh.passphrase')}
          />
        </fieldset>
      )}
      <div className="wacts">
        <Primary busy={steps.busy}>{setupStrings.setup.on}</Primary>
        {view.way?.by !== 'file' && <Back steps={steps} />}
      </div>
    </form>
  );
}

function Country({ value, onChange, wrong }: { value: string; onChange: (value: string) => void; wrong: string | undefined }) {
  const { trpc } = useHere();
  const id = useId();
  const { data = [] } = useQuery({
    queryKey: ['setup-countries'],
    queryFn: ({ signal }) => trpc.setup.countries.query(undefined, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const codes = value !== '' && !data.includes(value) ? [value, ...data] : data;
  const names = codes.map((code) => ({ code, name: countryName(code) })).sort((a, b) => a.name.localeCompare(b.name, locale));
  return (
    <div className="pb-3">
      <label className="label" htmlFor={id}>
        {words.country}
      </label>
      <p className="sm pb-1.5" id={`${id}-hint`}>
        {words.countryHint}
      </p>
      <select id={id} value={value} aria-describedby={`${id}-hint`} aria-invalid={wrong !== undefined} onChange={(event) => onChange(event.target.value)}>
        <option value="">{words.noCountry}</option>
        {names.map(({ code, name }) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
      {wrong && <p className="note mt-2">{wrong}</p>}
    </div>
  );
}

/** Of this browser's language: a proposal, which one sees. */
const ownCountry = (): string => /-([A-Z]{2})$/.exec(navigator.language)?.[1] ?? '';

function sayingOf(radio: RadioBeneath | undefined): { readonly say: string; readonly lede: string } {
  if (!radio || radio.state === 'unreadable') return { say: words.unread, lede: radio?.why === undefined ? words.unreadLede : told(radio.why, radio.whySaid) };
  const { radios } = radio.check;
  if (radio.state === 'none' || radios.length === 0) return { say: words.none, lede: words.noneLede };
  if (radios.some(({ canMesh }) => canMesh)) return { say: words.can, lede: radios.length > 1 ? words.canLede : '' };
  return { say: words.cannot, lede: words.cannotLede };
}
