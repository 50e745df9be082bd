'use client';
import { decodeQR } from 'qr/decode.js';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { phoneStrings } from '../strings/phone.ts';

const words = phoneStrings.phone.pair;
/** A look at every so many milliseconds is enough for a hand, and leaves the phone cool. */
const lookEveryMs = 250;
const sideMax = 800;

/** The camera's picture, until a code is in it. The app is a secure context: there is a camera. */
export function Camera({ onText, onStop }: { onText: (text: string) => void; onStop: () => void }) {
  const video = useRef<HTMLVideoElement>(null);
  const [failed, setFailed] = useState(false);
  const found = useEffectEvent(onText);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let over = false;
    let timer: ReturnType<typeof setInterval> | undefined;
    const begin = async () => {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
      const element = video.current;
      if (over || !element) return end();
      element.srcObject = stream;
      await element.play();
      timer = setInterval(() => {
        const text = look(element);
        if (text !== undefined) found(text);
      }, lookEveryMs);
    };
    const end = () => {
      clearInterval(timer);
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
    begin().catch(() => setFailed(true));
    return () => {
      over = true;
      end();
    };
  }, []);
  return (
    <div className="camera">
      {failed ? (
        <div className="note" role="alert">
          {words.noCamera}
        </div>
      ) : (
        <video ref={video} muted playsInline aria-label={words.cameraNext} />
      )}
      <button type="button" className="btn w-full" onClick={onStop}>
        {words.stop}
      </button>
    </div>
  );
}

function look(video: HTMLVideoElement): string | undefined {
  if (video.videoWidth === 0) return undefined;
  const scale = Math.min(1, sideMax / Math.max(video.videoWidth, video.videoHeight));
  const [width, height] = [Math.round(video.videoWidth * scale), Math.round(video.videoHeight * scale)];
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context?.drawImage(video, 0, 0, width, height);
  try {
    return context ? decodeQR({ width, height, data: context.getImageData(0, 0, width, height).data }, { timeLimit: lookEveryMs - 50 }) : undefined;
  } catch {
    return undefined;
  }
}
