/** Lets one owner at a time have a thing; the others wait, first come first served. */
export interface Turns {
  /** Resolves to the release once it is this one's turn; to nothing when the place was given up. */
  take(owner?: object): Promise<(() => void) | undefined>;
  /** Gives up the places of this owner. */
  forget(owner: object): void;
}

export function createTurns(): Turns {
  let busy = false;
  const queue: { owner: object | undefined; go(release: (() => void) | undefined): void }[] = [];
  const next = () => {
    const first = queue.shift();
    busy = first !== undefined;
    first?.go(once(next));
  };
  return {
    take: (owner) =>
      new Promise((resolve) => {
        queue.push({ owner, go: resolve });
        if (!busy) next();
      }),
    forget(owner) {
      for (const entry of queue.filter((waiting) => waiting.owner === owner)) {
        queue.splice(queue.indexOf(entry), 1);
        entry.go(undefined);
      }
    },
  };
}

function once(call: () => void): () => void {
  let called = false;
  return () => {
    if (called) return;
    called = true;
    call();
  };
}
