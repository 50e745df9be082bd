/** Nobody waits longer for a photo than this; a phone needs a second for a good one. */
const timeMsMax = 4000;
const sides = [1400, 900, 2200] as const;

export class NoPicture extends Error {}

/** The text of the QR code in a photo; undefined: none is to be read. Works on plain HTTP: the file comes from the phone's camera app, and is read here. Throws NoPicture. */
export async function readPhoto(file: Blob): Promise<string | undefined> {
  const [{ decodeQR }, picture] = await Promise.all([import('qr/decode.js'), openPicture(file)]);
  for (const side of sides) {
    const text = decodeAt(picture, side, decodeQR);
    if (text !== undefined) return text;
  }
  return undefined;
}

type Decode = typeof import('qr/decode.js').decodeQR;

/** Codes are found best when their squares are some pixels wide, neither two nor fifty. */
function decodeAt(picture: HTMLImageElement, side: number, decode: Decode): string | undefined {
  const scale = Math.min(1, side / Math.max(picture.naturalWidth, picture.naturalHeight));
  const [width, height] = [Math.max(1, Math.round(picture.naturalWidth * scale)), Math.max(1, Math.round(picture.naturalHeight * scale))];
  const canvas = document.createElement('canvas');
  Object.assign(canvas, { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return undefined;
  context.drawImage(picture, 0, 0, width, height);
  try {
    return decode({ width, height, data: context.getImageData(0, 0, width, height).data }, { timeLimit: timeMsMax / sides.length, effort: 4 });
  } catch {
    return undefined;
  }
}

async function openPicture(file: Blob): Promise<HTMLImageElement> {
  const url = URL.createObjectURL(file);
  try {
    const picture = new Image();
    picture.src = url;
    await picture.decode();
    return picture;
  } catch {
    throw new NoPicture('not a picture');
  } finally {
    URL.revokeObjectURL(url);
  }
}
