// Jetstream, versions 1 and 2, in front of a PDS: its firehose as lines of JSON, from a cursor on, then live.
//
// It forgets nothing while it runs, unless it is told to (`floor`), so that a test knows what a client may ask for.
// Not here: compression, `snapshot`, signatures.
import { createServer } from 'node:http'
import { Firehose } from '@atproto/sync'
import { IdResolver } from '@atproto/identity'
import { WebSocketServer } from 'ws'

export const V1 = '/subscribe'
export const V2 = '/xrpc/network.bsky.jetstream.subscribeEvents'
/** Cursors of version 2 from here on are microseconds, below they are sequence numbers. */
const MICROSECONDS = 1e15
/** A client that leaves so many bytes lying is cut off, as the real one does. */
const MAX_UNREAD = 16 * 1024 * 1024

export class Jetstream {
  /** All events; the one with sequence number n lies at n - 1. */
  #events = []
  #listeners = new Set()
  #servers = []
  #sockets = new Set()
  /** The first sequence number that is still kept. */
  floor = 1

  constructor({ pds, plc }) {
    let seen = 0
    this.firehose = new Firehose({
      service: pds.replace(/^http/, 'ws'),
      idResolver: new IdResolver({ plcUrl: plc, fetch: globalThis.fetch }),
      unauthenticatedCommits: true,
      unauthenticatedHandles: true,
      getCursor: () => seen,
      onError: (error) => console.error('firehose:', error.message, error.cause?.message ?? ''),
      handleEvent: (event) => {
        seen = event.seq
        const told = tell(event)
        if (told) this.#add(event, told)
      },
    })
    this.firehose.start()
  }

  /** Number of the newest event. */
  get last() {
    return this.#events.length
  }

  /** Both versions, or version 1 alone, on a port of this machine. */
  async listen(port, { versions = [1, 2] } = {}) {
    const sockets = new WebSocketServer({ noServer: true })
    const server = createServer((_request, response) => response.writeHead(404).end('not found'))
    server.on('upgrade', (request, socket, head) => {
      const url = new URL(request.url, 'http://localhost')
      const version = { [V1]: 1, [V2]: 2 }[url.pathname]
      const refusal = versions.includes(version) ? this.#refuse(version, url.searchParams) : { status: 404, error: 'NotFound' }
      if (refusal) return refuse(socket, refusal)
      sockets.handleUpgrade(request, socket, head, (client) => this.#serve(client, version, url.searchParams))
    })
    this.#servers.push(server)
    await new Promise((done, fail) => server.once('error', fail).listen(port, '127.0.0.1', done))
  }

  async close() {
    for (const client of this.#sockets) client.terminate()
    for (const server of this.#servers) server.close()
    await this.firehose.destroy()
  }

  #add(event, told) {
    const before = this.#events.at(-1)?.time_us ?? 0
    const time_us = Math.max(before + 1, Date.parse(event.time) * 1000)
    const whole = { seq: this.last + 1, time_us, did: event.did, ...told }
    this.#events.push(whole)
    for (const listener of this.#listeners) listener(whole)
  }

  /** What a client may not ask for. */
  #refuse(version, query) {
    if (version === 1) return
    const invalid = (message) => ({ status: 400, error: 'InvalidRequest', message })
    for (const name of ['wantedCollections', 'wantedDids']) {
      if (query.has(name)) return invalid(`${name} is not a parameter`)
    }
    if (!query.has('cursor')) return
    const cursor = Number(query.get('cursor'))
    if (!Number.isSafeInteger(cursor) || cursor < 0) return invalid('cursor is no number')
    if (cursor > 0 && cursor < MICROSECONDS && cursor < this.floor) {
      return { status: 400, error: 'CursorTooOld', message: `the oldest event is ${this.floor}` }
    }
  }

  #serve(client, version, query) {
    const wants = filter(query, version)
    const send = (event) => {
      if (!wants(event)) return
      client.send(JSON.stringify(version === 1 ? asV1(event) : asV2(event)))
      if (client.bufferedAmount <= MAX_UNREAD) return
      if (version === 2) client.send(JSON.stringify({ $type: 'error', error: 'ConsumerTooSlow' }))
      client.close(1008)
      this.#listeners.delete(send)
    }
    this.#sockets.add(client)
    client.on('close', () => {
      this.#listeners.delete(send)
      this.#sockets.delete(client)
    })
    client.on('error', () => {})
    // Version 2 takes no word from its clients.
    client.on('message', () => version === 2 && client.close(1002))
    // Nothing can happen in between: what is old is sent, then the listener hears of what is new.
    this.#listeners.add(send)
    if (query.has('cursor')) this.#replay(Number(query.get('cursor')), version, client, send)
  }

  #replay(cursor, version, client, send) {
    const by_time = version === 1 || cursor >= MICROSECONDS
    let first = by_time ? this.#firstSince(cursor) : Math.max(cursor, 1)
    if (first < this.floor) {
      // Version 1 says nothing.
      first = this.floor
      if (version === 2) client.send(JSON.stringify(message({ $type: name('info'), name: 'OutdatedCursor' })))
    }
    for (const event of this.#events.slice(first - 1)) send(event)
  }

  /** The first sequence number of a time, by halving. */
  #firstSince(time_us) {
    let [low, high] = [0, this.#events.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#events[middle].time_us < time_us) low = middle + 1
      else high = middle
    }
    return low + 1
  }
}

/** What the firehose said, in Jetstream's words. */
function tell({ event: operation, ...event }) {
  const { rev, collection, rkey, record, cid, did, seq, time } = event
  switch (operation) {
    case 'create':
    case 'update':
      return { kind: 'commit', commit: { rev, operation, collection, rkey, record, cid: cid.toString() } }
    case 'delete':
      return { kind: 'commit', commit: { rev, operation, collection, rkey } }
    case 'identity':
      return { kind: 'identity', identity: { did, handle: event.handle, seq, time } }
    case 'account':
      return { kind: 'account', account: { active: event.active, did, seq, status: event.status, time } }
  }
}

const name = (kind) => `network.bsky.jetstream.subscribeEvents#${kind}`
const message = (payload) => ({ $type: 'message', payload })

function asV1({ seq: _, ...event }) {
  return event
}

function asV2({ seq, time_us, did, kind, ...rest }) {
  const milliseconds = new Date(Math.floor(time_us / 1000)).toISOString().slice(0, -1)
  const time = `${milliseconds}${String(time_us % 1000).padStart(3, '0')}Z`
  const what = kind === 'commit' ? rest.commit : rest
  return message({ $type: name(kind), seq, did, time, ...what })
}

/** Accounts and collections (also `app.bsky.feed.*`); version 1 always tells of identities and accounts. */
function filter(query, version) {
  const [wantedCollections, wantedDids, kinds] =
    version === 1 ? ['wantedCollections', 'wantedDids', 'none'] : ['collections', 'dids', 'kinds']
  const all = (key) => query.getAll(key)
  const collections = all(wantedCollections), dids = new Set(all(wantedDids)), wanted = new Set(all(kinds))
  const within = (collection) =>
    !collections.length || collections.some((c) => c === collection || (c.endsWith('.*') && collection.startsWith(c.slice(0, -1))))
  return (event) =>
    (!wanted.size || wanted.has(event.kind)) &&
    (!dids.size || dids.has(event.did)) &&
    (event.kind !== 'commit' || within(event.commit.collection))
}

function refuse(socket, { status, error, message }) {
  const body = JSON.stringify({ error, message })
  socket.end(
    `HTTP/1.1 ${status} ${error}\r\ncontent-type: application/json\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  )
}
