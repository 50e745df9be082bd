import type { Page } from '@playwright/test';

/** Writes down everything that a page sends: addresses, headers, bodies, WebSocket frames. */
export class Sent {
  readonly #texts: string[] = [];

  constructor(page: Page) {
    page.on('request', (request) => this.#texts.push(request.url(), JSON.stringify(request.headers()), request.postData() ?? ''));
    page.on('websocket', (socket) => {
      this.#texts.push(socket.url());
      socket.on('framesent', ({ payload }) => this.#texts.push(payload.toString()));
    });
  }

  get count(): number {
    return this.#texts.length;
  }

  /** What was sent with the secret in it, in any form that one would undo by hand. */
  holding(secret: string): readonly string[] {
    const bytes = Buffer.from(secret);
    const forms = [
      secret,
      encodeURIComponent(secret),
      secret.replaceAll(' ', '+'),
      bytes.toString('base64'),
      bytes.toString('base64url'),
      bytes.toString('hex'),
    ];
    return this.#texts.filter((text) => forms.some((form) => text.toLowerCase().includes(form.toLowerCase())));
  }
}
