import { blockingScript, reportSocket } from './block-writes.ts';
import type { Session } from './connection.ts';

interface PageParts {
  session: Session;
  /** Of its main frame. */
  frameId: string;
  openSession(id: string): Session;
  close(): Promise<unknown>;
  readOnly: boolean;
}

/** Target that runs a page's code: the page itself, a frame in a process of its own, or a worker. */
export interface PageTarget {
  session: Session;
  isWorker: boolean;
}

/** A page, with the frames in processes of their own and the workers that it starts. */
export class Page {
  readonly session: Session;
  readonly frameId: string;
  readonly #parts: PageParts;
  #watch: ((target: PageTarget) => void) | undefined;

  constructor(parts: PageParts) {
    this.session = parts.session;
    this.frameId = parts.frameId;
    this.#parts = parts;
  }

  /** Sets the page up, as every visit has it. */
  async prepare(): Promise<void> {
    const { session } = this;
    const commands = [
      ...this.#prepareTarget({ session, isWorker: false }),
      session.send('Page.setLifecycleEventsEnabled', { enabled: true }),
      session.send('Emulation.setFocusEmulationEnabled', { enabled: true }),
      session.send('Emulation.setDeviceMetricsOverride', {
        width: 1280,
        height: 900,
        screenWidth: 1280,
        screenHeight: 900,
        deviceScaleFactor: 1,
        mobile: false,
      }),
      session.send('Runtime.runIfWaitingForDebugger'),
    ];
    await Promise.all(commands);
  }

  /** Calls back with the page itself, and with each target that is added, before its code runs. */
  watch(callback: (target: PageTarget) => void): void {
    this.#watch = callback;
    callback({ session: this.session, isWorker: false });
  }

  /** Sets up a target that the page started, and lets it run. */
  add(target: PageTarget): void {
    this.#watch?.(target);
    const commands = [...this.#prepareTarget(target), target.session.send('Runtime.runIfWaitingForDebugger')];
    // A frame or worker may be gone again.
    for (const command of commands) command.catch(() => {});
  }

  /** Closes it, and all that it stored. */
  async close(): Promise<void> {
    await this.#parts.close();
  }

  /** Sends the commands that every target gets, all at once; those that come later are answered after them. */
  #prepareTarget({ session, isWorker }: PageTarget): Promise<unknown>[] {
    session.on('Target.attachedToTarget', ({ sessionId, targetInfo: { type } }) => {
      const target = { session: this.#parts.openSession(sessionId), isWorker: type === 'worker' };
      this.add(target);
    });
    return [
      session.send('Runtime.enable'),
      session.send('Network.enable'),
      session.send('Target.setAutoAttach', {
        autoAttach: true,
        waitForDebuggerOnStart: true,
        flatten: true,
        filter: [{ type: 'iframe' }, { type: 'worker' }, { exclude: true }],
      }),
      // An empty user agent is the browser's own.
      session.send('Emulation.setUserAgentOverride', { userAgent: '', acceptLanguage: 'en-US' }),
      ...(isWorker ? [] : this.#prepareFrames(session)),
      ...(this.#parts.readOnly ? this.#block(session, isWorker) : []),
    ];
  }

  #prepareFrames(session: Session): Promise<unknown>[] {
    session.on('Page.javascriptDialogOpening', () => {
      session.send('Page.handleJavaScriptDialog', { accept: false }).catch(() => {});
    });
    return [
      session.send('Page.enable'),
      session.send('Log.enable'),
      session.send('Emulation.setLocaleOverride', { locale: 'en-US' }),
      session.send('Emulation.setEmulatedMedia', {
        features: [
          { name: 'prefers-color-scheme', value: 'light' },
          { name: 'prefers-reduced-motion', value: 'reduce' },
        ],
      }),
    ];
  }

  #block(session: Session, isWorker: boolean): Promise<unknown>[] {
    return [
      session.send('Runtime.addBinding', { name: reportSocket }),
      isWorker
        ? session.send('Runtime.evaluate', { expression: blockingScript })
        : session.send('Page.addScriptToEvaluateOnNewDocument', {
            source: blockingScript,
            runImmediately: true,
          }),
    ];
  }
}
