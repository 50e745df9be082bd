'use client';
import { useState } from 'react';
import { frameStrings } from '../strings/frame.ts';
import { type Language, language, languages, setLanguage } from '../strings/language.ts';

const others = (Object.keys(languages) as Language[]).filter((name) => name !== language);

/** At the top of the pages that somebody sees first: the other languages, each by its name in itself. */
export function OtherLanguage() {
  const [refused, setRefused] = useState(false);
  return (
    <span className="tongue">
      {refused ? (
        <span role="status">{frameStrings.languageFailed}</span>
      ) : (
        others.map((name) => (
          <button key={name} type="button" className="more" lang={name} onClick={() => setRefused(!setLanguage(name))}>
            {languages[name]}
          </button>
        ))
      )}
    </span>
  );
}
