/** Sends one item, together with whatever else waits at the same time. */
export type Gather<Item, Answer> = (group: string, item: Item) => Promise<Answer>;

export interface GatherOptions<Item, Answer> {
  /** How many may go together. */
  readonly most: number;
  /** Calls back when the batch may leave. Until then it grows. */
  readonly place: (leave: () => Promise<void>) => Promise<void>;
  /** One answer per item, in their order. A throw means: nothing is known about any of them. */
  readonly send: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** Asked right before an item leaves that had to wait; a throw keeps it back. */
  readonly mayLeave?: (item: Item) => Promise<void>;
  /** Whether one item may be to blame for a failure of all, so that it is worth finding. */
  readonly mayBeOne: (error: unknown) => boolean;
  /** What must not go twice in one batch. */
  readonly keyOf?: (item: Item) => string;
}

interface Wish<Item, Answer> {
  readonly item: Item;
  readonly answer: (answer: Answer) => void;
  readonly refuse: (error: unknown) => void;
}

type Sent<Answer> = { readonly answers: readonly Answer[] } | { readonly error: unknown };

/**
 * A batch that is refused is halved until the item to blame is found: at most two calls more per halving, and the others are
 * served. Where not one item is to blame but the size, batches are half as large from then on, and grow again as they succeed.
 */
export function createGather<Item, Answer>(options: GatherOptions<Item, Answer>): Gather<Item, Answer> {
  const { most, place, send, mayLeave, mayBeOne, keyOf } = options;
  const growing = new Map<string, Wish<Item, Answer>[]>();
  let size = most;

  /** Answers whether all was well. */
  async function leave(batch: readonly Wish<Item, Answer>[], waited = true): Promise<boolean> {
    const ready = waited ? await stillWanted(batch) : batch;
    if (ready.length === 0) return true;
    const sent = await attempt(ready);
    if ('answers' in sent) {
      if (ready.length >= size) size = Math.min(most, size + Math.ceil(size / 4));
      ready.forEach(({ answer, refuse }, index) => {
        const own = sent.answers[index];
        if (own === undefined) refuse(new Error('An answer is missing'));
        else answer(own);
      });
      return true;
    }
    const half = Math.ceil(ready.length / 2);
    if (ready.length === 1 || !mayBeOne(sent.error)) {
      if (!mayBeOne(sent.error)) size = Math.min(size, half);
      for (const { refuse } of ready) refuse(sent.error);
      return false;
    }
    const first = await leave(ready.slice(0, half));
    const second = await leave(ready.slice(half));
    if (first === second) size = Math.min(size, half);
    return false;
  }

  async function attempt(batch: readonly Wish<Item, Answer>[]): Promise<Sent<Answer>> {
    try {
      return { answers: await send(batch.map(({ item }) => item)) };
    } catch (error) {
      return { error };
    }
  }

  async function stillWanted(batch: readonly Wish<Item, Answer>[]): Promise<readonly Wish<Item, Answer>[]> {
    if (!mayLeave) return batch;
    const wanted = await Promise.all(
      batch.map((wish) =>
        mayLeave(wish.item).then(
          () => [wish],
          (error: unknown) => {
            wish.refuse(error);
            return [];
          },
        ),
      ),
    );
    return wanted.flat();
  }

  return (group, item) =>
    new Promise((answer, refuse) => {
      const wish = { item, answer, refuse };
      const joined = growing.get(group);
      const twin = keyOf && joined?.some((other) => keyOf(other.item) === keyOf(item));
      if (joined && joined.length < size && !twin) {
        joined.push(wish);
        return;
      }
      const batch = [wish];
      growing.set(group, batch);
      const close = () => {
        if (growing.get(group) === batch) growing.delete(group);
      };
      let waited = false;
      place(async () => {
        close();
        await leave(batch, waited);
      }).catch((error: unknown) => {
        close();
        for (const { refuse } of batch) refuse(error);
      });
      waited = true;
    });
}
