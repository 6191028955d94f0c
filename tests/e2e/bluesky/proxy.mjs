// Two proxies between a collector and a server: one cuts connections, one writes down what was asked.
import { EventEmitter, once } from 'node:events'
import { createServer as createHttpServer, request } from 'node:http'
import { connect, createServer } from 'node:net'

const LOCAL = '127.0.0.1'

async function listen(server) {
  server.listen(0, LOCAL)
  await once(server, 'listening')
  return server.address().port
}

/** Passes bytes on until it is told to cut. Emits `connection` and `passed`. */
export class CuttingProxy extends EventEmitter {
  connections = 0
  cuts = 0
  /** Bytes that went to the client, in all connections. */
  bytes = 0
  #cutAfter = Infinity
  #open = new Set()

  static async to(address) {
    const proxy = new CuttingProxy()
    proxy.setMaxListeners(0)
    const [host, port] = address.split(':')
    proxy.server = createServer((client) => proxy.#serve(client, connect(Number(port), host)))
    proxy.port = await listen(proxy.server)
    return proxy
  }

  /** Resets the connection, this one or the next, when so many more bytes went to the client: in the middle of whatever they are. */
  cutAfter(bytes) {
    this.#cutAfter = bytes
  }

  close() {
    this.server.close()
    for (const socket of this.#open) socket.destroy()
  }

  #serve(client, server) {
    this.connections += 1
    for (const socket of [client, server]) {
      this.#open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        this.#open.delete(socket)
        client.destroy()
        server.destroy()
      })
    }
    client.pipe(server)
    server.on('data', (chunk) => this.#pass(chunk, client, server))
    this.emit('connection')
  }

  #pass(chunk, client, server) {
    if (client.destroyed) return
    const part = chunk.subarray(0, this.#cutAfter)
    this.#cutAfter -= part.length
    this.bytes += part.length
    if (this.#cutAfter > 0) {
      if (!client.write(part)) {
        server.pause()
        client.once('drain', () => server.resume())
      }
      return this.emit('passed')
    }
    // What was written before arrives, then the connection breaks.
    this.#cutAfter = Infinity
    server.destroy()
    client.write(part, () => {
      client.resetAndDestroy()
      this.cuts += 1
      this.emit('cut')
    })
  }
}

/** Passes requests on and keeps of each: when, what, the answer's status, how long to wait. */
export class RecordingProxy {
  /** `{at, method, path, query, status, retryAfter, reset, error}`, times in milliseconds; `error` is what a refusal says. */
  exchanges = []

  static async to(url) {
    const proxy = new RecordingProxy()
    proxy.server = createHttpServer((incoming, outgoing) => proxy.#serve(url, incoming, outgoing))
    proxy.port = await listen(proxy.server)
    return proxy
  }

  of(method) {
    return this.exchanges.filter(({ path }) => path === `/xrpc/${method}`)
  }

  close() {
    this.server.close()
    this.server.closeAllConnections()
  }

  #serve(url, incoming, outgoing) {
    const asked = new URL(incoming.url, url)
    const exchange = { at: Date.now(), method: incoming.method, path: asked.pathname, query: asked.searchParams }
    this.exchanges.push(exchange)
    const passed = request(asked, { method: incoming.method, headers: incoming.headers }, (answer) => {
      const { 'retry-after': retryAfter, 'ratelimit-reset': reset } = answer.headers
      Object.assign(exchange, { status: answer.statusCode, retryAfter: Number(retryAfter), reset: Number(reset) * 1000 })
      outgoing.writeHead(answer.statusCode, answer.headers)
      answer.pipe(outgoing)
      if (answer.statusCode >= 400) answer.on('data', (chunk) => (exchange.error = (exchange.error ?? '') + chunk))
    })
    passed.on('error', () => outgoing.destroy())
    incoming.pipe(passed)
  }
}
