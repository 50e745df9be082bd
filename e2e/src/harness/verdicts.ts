/** Set-up file of the specs: their folders go with their success. */
import { afterAll, afterEach } from 'vitest';
import { testEnded, waitForVerdicts } from './scratch.ts';

waitForVerdicts();
afterEach(({ task }) => testEnded(task.result?.state === 'fail'));
// Folders that were discarded after the last test.
afterAll(() => testEnded(false));
