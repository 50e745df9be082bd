'use client';
import { type KeyboardEvent, useId, useState } from 'react';
import type { TopologyNode } from '../live/model.ts';
import { meshStrings } from '../strings/mesh.ts';
import { Glyph } from '../ui/glyph.tsx';
import { find } from './groups.ts';

const shownMax = 8;

/** Search for a node: type, then arrow keys and Enter, or a tap. */
export function Find({ nodes, self, onPick }: { nodes: readonly TopologyNode[]; self: string; onPick: (id: string) => void }) {
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const [open, setOpen] = useState(false);
  const id = useId();
  const found = find(nodes, typed);
  const shown = found.slice(0, shownMax);
  const listed = open && typed.trim() !== '';
  const pick = (node: TopologyNode | undefined) => {
    if (!node) return;
    onPick(node.id);
    setTyped('');
    setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setActive((active + 1) % Math.max(1, shown.length));
    else if (event.key === 'ArrowUp') setActive((active + shown.length - 1) % Math.max(1, shown.length));
    else if (event.key === 'Enter') pick(shown[active]);
    else if (event.key === 'Escape') setTyped('');
    else return;
    event.preventDefault();
  };
  return (
    <div className="find">
      <label className="field">
        <svg width="18" height="18" viewBox="0 0 18 18" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
          <circle cx="7.5" cy="7.5" r="5.5" />
          <path d="m12 12 5 5" />
        </svg>
        <input
          role="combobox"
          aria-expanded={listed}
          aria-controls={`${id}-list`}
          aria-autocomplete="list"
          aria-activedescendant={listed && shown[active] ? `${id}-${active}` : undefined}
          aria-label={meshStrings.mesh.find}
          placeholder={meshStrings.mesh.find}
          autoComplete="off"
          spellCheck={false}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setActive(0);
            setOpen(true);
          }}
          onFocus={() => setOpen(true)}
          onBlur={() => setOpen(false)}
          onKeyDown={onKeyDown}
        />
      </label>
      {listed && shown.length > 0 && (
        <div className="found" id={`${id}-list`} role="listbox" aria-label={meshStrings.mesh.find}>
          {shown.map((node, i) => (
            <div
              key={node.id}
              id={`${id}-${i}`}
              role="option"
              tabIndex={-1}
              aria-selected={i === active}
              // Before the field loses focus and the list goes.
              onPointerDown={(event) => {
                event.preventDefault();
                pick(node);
              }}
            >
              <Glyph name={node.id === self ? 'you' : !node.online ? 'offline' : node.gateway ? 'gateway' : 'node'} />
              {node.name}
            </div>
          ))}
        </div>
      )}
      <span className="vh" role="status">
        {listed ? (found.length === 0 ? meshStrings.mesh.notFound : meshStrings.mesh.found(found.length)) : ''}
      </span>
      {listed && found.length === 0 && <p className="sm pt-1">{meshStrings.mesh.notFound}</p>}
    </div>
  );
}
