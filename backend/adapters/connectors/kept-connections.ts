import { Agent as HttpAgent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Duplex } from 'node:stream';
import { secretDigest } from '../secret-digest.ts';

export interface KeptOptions {
  /** How long a connection may rest before it is closed. */
  readonly idleMs?: number;
  /** How old it may grow, however busy it is: its name may mean another host by now. */
  readonly ageMs?: number;
  /** How many may rest, for all callers together. */
  readonly most?: number;
}

export interface KeptConnections {
  /** For a request by this caller, whom these tell from others at the same origin, a secret of his among them. */
  agentFor(url: URL, caller: readonly (string | undefined)[]): { readonly agent: HttpAgent; readonly caller: string };
}

/**
 * Connections kept open for the next call of the same caller to the same origin. One leads to the address it was allowed for
 * as long as it stands, whatever its name has come to mean; and nobody is answered on the connection of another.
 */
export function createKeptConnections({
  idleMs = 10_000,
  ageMs = 60_000,
  most = 200,
}: KeptOptions = {}): KeptConnections {
  const options: AgentOptions = { keepAlive: true, timeout: idleMs, maxFreeSockets: 8, scheduling: 'lifo' };
  const restedFirst = new Map<Duplex, number>();
  /** The one that has rested longest stands first. */
  const resting = new Set<Duplex>();

  function lay(socket: Duplex): boolean {
    const since = restedFirst.get(socket);
    if (since === undefined) {
      restedFirst.set(socket, performance.now());
      socket.once('close', () => {
        restedFirst.delete(socket);
        resting.delete(socket);
      });
    } else if (performance.now() - since > ageMs) {
      return false;
    }
    // What comes unasked would be taken for the answer to the next call.
    socket.on('data', interrupt);
    resting.add(socket);
    const [longest] = resting;
    if (resting.size > most) longest?.destroy();
    return true;
  }

  function wake(socket: Duplex): void {
    resting.delete(socket);
    socket.off('data', interrupt);
  }

  function keeping<Kept extends HttpAgent>(agent: Kept): Kept {
    const keepAlive = agent.keepSocketAlive.bind(agent) as (socket: Duplex) => boolean;
    const reuse = agent.reuseSocket.bind(agent);
    const nameOf = agent.getName.bind(agent);
    agent.keepSocketAlive = (socket) => keepAlive(socket) && lay(socket);
    agent.reuseSocket = (socket, request) => {
      wake(socket);
      reuse(socket, request);
    };
    agent.getName = (asked?: ClientRequestArgs & { readonly caller?: string }) =>
      `${nameOf(asked)}:${asked?.caller ?? ''}`;
    return agent;
  }

  // Whoever resumes a session shows no certificate: a new connection has to show one that is good now.
  const https = keeping(new HttpsAgent({ ...options, maxCachedSessions: 0 }));
  const http = keeping(new HttpAgent(options));
  return {
    agentFor: ({ protocol }, caller) => ({
      agent: protocol === 'https:' ? https : http,
      // A digest: agents keep names in memory, and secrets do not belong there.
      caller: secretDigest(caller),
    }),
  };
}

function interrupt(this: Duplex): void {
  this.destroy();
}
