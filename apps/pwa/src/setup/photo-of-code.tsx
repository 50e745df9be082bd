'use client';
import { useState } from 'react';
import { Chevron } from '../ui/parts.tsx';
import { NoPicture, readPhoto } from './qr-photo.ts';

/** A photo with a QR code in it: `onRead` is told its text, or why there is none. */
export function PhotoOfCode({
  words,
  big = 'big',
  testId,
  fromCamera = false,
  onRead,
}: {
  words: { readonly photo: string; readonly photoNext: string; readonly reading: string };
  big?: 'big' | 'big alt';
  testId: string;
  /** The camera at once, not the pictures. */
  fromCamera?: boolean;
  onRead: (text: string | undefined, why?: 'no-picture') => Promise<void> | void;
}) {
  const [busy, setBusy] = useState(false);
  const read = async (file: File | undefined) => {
    if (!file) return;
    setBusy(true);
    try {
      const [text, why] = await readPhoto(file).then(
        (found) => [found, undefined] as const,
        (error: unknown) => [undefined, error instanceof NoPicture ? ('no-picture' as const) : undefined] as const,
      );
      await onRead(text, why);
    } finally {
      setBusy(false);
    }
  };
  return (
    <label className={big}>
      <b>{words.photo}</b>
      <span>{busy ? words.reading : words.photoNext}</span>
      <Chevron />
      <input
        type="file"
        className="vh"
        accept="image/*"
        {...(fromCamera && { capture: 'environment' })}
        data-testid={testId}
        onChange={(event) => {
          void read(event.target.files?.[0]);
          // The same photo once more is a new try.
          event.target.value = '';
        }}
      />
    </label>
  );
}
