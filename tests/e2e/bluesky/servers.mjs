// Bluesky on this machine: PLC, PDS (rate limits on), Jetstream, and with `full` the AppView that answers searches.
// All from the packages that Bluesky tests itself with. Started by up.sh; says where it listens in a file.
//
//   node servers.mjs pds|full PORT NONCE READY_FILE
import { renameSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { createServer } from 'node:http'
import { TestBsky, TestBsync, TestPds, TestPlc, mockNetworkUtilities } from '@atproto/dev-env'
import { Jetstream } from './jetstream.mjs'

const [kind, base, nonce, readyFile] = process.argv.slice(2)
const [plcPort, pdsPort, appviewPort, jetstreamPort, jetstreamV1Port, controlPort] = [0, 1, 2, 3, 4, 5].map((n) => Number(base) + n)

/** A server that was forgotten must not answer in our name. */
async function mustBeFree(port) {
  for (const host of ['127.0.0.1', '::1']) {
    const taken = await new Promise((done) => {
      const socket = connect(port, host)
      socket.once('connect', () => (socket.destroy(), done(true)))
      socket.once('error', () => done(false))
    })
    if (taken) throw new Error(`port ${port} of ${host} is in use: stop what listens there, or set TAGLINE_E2E_PORT`)
  }
}

async function appview(plc) {
  const database = { dbUrl: process.env.DB_POSTGRES_URL, dbSchema: 'bsync' }
  const bsync = await TestBsync.create({ apiKeys: ['bsync-api-key'], ...database })
  const bsky = await TestBsky.create({
    port: appviewPort,
    plcUrl: plc.url,
    pdsPort,
    repoProvider: `ws://localhost:${pdsPort}`,
    bsyncApiKey: 'bsync-api-key',
    bsyncUrl: bsync.url,
    dbPostgresUrl: process.env.DB_POSTGRES_URL,
    dbPostgresSchema: 'appview',
  })
  bsync.ctx.dataplaneClients = [bsky.ctx.dataplane]
  return { bsky, bsync, forPds: { bskyAppViewUrl: bsky.url, bskyAppViewDid: bsky.ctx.cfg.serverDid } }
}

/** For tests alone: which run this is, how far Jetstream is, and what it forgets. */
async function control(jetstream) {
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost')
    if (request.method === 'POST' && url.pathname === '/floor') jetstream.floor = Number(url.searchParams.get('seq'))
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ nonce, last: jetstream.last, floor: jetstream.floor }))
  })
  await new Promise((done, fail) => server.once('error', fail).listen(controlPort, '127.0.0.1', done))
}

for (const port of [plcPort, pdsPort, appviewPort, jetstreamPort, jetstreamV1Port, controlPort]) await mustBeFree(port)
const plc = await TestPlc.create({ port: plcPort })
const view = kind === 'full' ? await appview(plc) : undefined
const pds = await TestPds.create({
  port: pdsPort,
  hostname: 'localhost',
  didPlcUrl: plc.url,
  rateLimitsEnabled: true,
  // Comes back from `describeServer`: the PDS that answers is this one.
  contactEmailAddress: `${nonce}@invalid.test`,
  ...view?.forPds,
})
mockNetworkUtilities(pds, view?.bsky)
const jetstream = new Jetstream({ pds: pds.url, plc: plc.url })
await jetstream.listen(jetstreamPort)
await jetstream.listen(jetstreamV1Port, { versions: [1] })
await control(jetstream)

const described = await (await fetch(`${pds.url}/xrpc/com.atproto.server.describeServer`)).json()
if (described.contact?.email !== `${nonce}@invalid.test`) throw new Error(`another PDS answers on port ${pdsPort}`)
const ready = {
  nonce,
  pid: process.pid,
  kind,
  plc: plc.url,
  pds: pds.url,
  ...(view && { appview: view.bsky.url }),
  jetstream: `localhost:${jetstreamPort}`,
  jetstream_v1_only: `localhost:${jetstreamV1Port}`,
  control: `http://127.0.0.1:${controlPort}`,
}
writeFileSync(`${readyFile}.part`, `${JSON.stringify(ready)}\n`)
renameSync(`${readyFile}.part`, readyFile)

// All of it lies in memory, or in folders that down.sh removes: there is nothing to be closed in order.
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => process.exit(0))
