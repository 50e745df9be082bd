'use client';
import { Component, type ReactNode } from 'react';
import { frameStrings } from '../strings/frame.ts';
import { PlainTop } from './plain-top.tsx';

interface FailsafeProps {
  readonly path: string;
  readonly children: ReactNode;
  /** What else is on the screen beside the words. */
  readonly around?: (said: ReactNode) => ReactNode;
}
interface FailsafeState {
  readonly error: Error | undefined;
}

/** What failed, said inside the frame: the other pages stay open. A part that was not fetched in time is no mistake of the page. */
export class Failsafe extends Component<FailsafeProps, FailsafeState> {
  override state: FailsafeState = { error: undefined };

  static getDerivedStateFromError(error: Error): FailsafeState {
    return { error };
  }

  /** Another page may be whole. */
  override componentDidUpdate(before: FailsafeProps): void {
    if (this.state.error && before.path !== this.props.path) this.setState({ error: undefined });
  }

  override render(): ReactNode {
    const { error } = this.state;
    if (!error) return this.props.children;
    const { broken } = frameStrings;
    const words = error.name === 'ChunkLoadError' ? broken.unfetched : broken;
    const said = (
      <>
        <PlainTop />
        <main id="main" className="main" tabIndex={-1}>
          <h1 className="say">{words.say}</h1>
          <p className="lede">{words.next}</p>
          <button type="button" className="btn pri" onClick={() => location.reload()}>
            {broken.again}
          </button>
        </main>
      </>
    );
    return this.props.around?.(said) ?? said;
  }
}
