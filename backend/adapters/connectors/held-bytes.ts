/** An answer that is being received. */
export interface Held {
  /** Takes so much more; may give up another answer, or this one, for it. */
  add(bytes: number): void;
  release(): void;
}

interface Answer {
  bytes: number;
  readonly origin: string;
  readonly giveUp: () => void;
}

/**
 * What all answers under way may hold together. Beyond that the largest answer of the origin that holds most is given up:
 * whoever floods us loses first, and who answers others at the same time does not notice.
 */
export function createHeldBytes(limit: number): (origin: string, giveUp: () => void) => Held {
  const answers = new Set<Answer>();
  let total = 0;

  function release(answer: Answer): void {
    if (answers.delete(answer)) total -= answer.bytes;
  }

  function largest(): Answer | undefined {
    const byOrigin = new Map<string, number>();
    for (const { origin, bytes } of answers) byOrigin.set(origin, (byOrigin.get(origin) ?? 0) + bytes);
    const [greediest] = [...byOrigin].reduce((most, each) => (each[1] > most[1] ? each : most), ['', -1]);
    return [...answers]
      .filter(({ origin }) => origin === greediest)
      .reduce<Answer | undefined>((most, each) => (most && most.bytes >= each.bytes ? most : each), undefined);
  }

  return (origin, giveUp) => {
    const answer: Answer = { bytes: 0, origin, giveUp };
    answers.add(answer);
    return {
      add(bytes) {
        if (!answers.has(answer)) return;
        answer.bytes += bytes;
        total += bytes;
        while (total > limit) {
          const given = largest();
          if (!given) return;
          release(given);
          given.giveUp();
        }
      },
      release: () => release(answer),
    };
  };
}
