// The test: all scenarios against servers that run (up.sh). Usually started by `run`.
//
//   node run.mjs TAGLINE READY_FILE FOLDER [--seed N] [--faults 20] [--posts 500] [--others 250] [--deletions 50]
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { Load } from './load.mjs'
import { beginLimit, follow, forgotten, history, mistakes, search } from './scenarios.mjs'

const text = (value) => ({ type: 'string', default: String(value) })
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: text(Date.now() % 1_000_000), faults: text(20), posts: text(500), others: text(250), deletions: text(50) },
})
const [binary, readyFile, folder] = positionals
const numbers = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)]))
const servers = JSON.parse(readFileSync(readyFile, 'utf8'))
const begun = Date.now()
const since = new Date(begun - 1000).toISOString()
const say = (line) => console.log(`  ${((Date.now() - begun) / 1000).toFixed(0).padStart(4)} s  ${line}`)

/** Which scenario it is, if it fails. */
async function scenario(name, work) {
  try {
    return await work
  } catch (error) {
    console.error(`error: ${name} (seed ${numbers.seed}): ${error.stack && error.constructor === Error ? error.stack : error.message}`)
    process.exit(1)
  }
}

console.log(`a real Bluesky (${servers.kind}), seed ${numbers.seed}`)
const load = await Load.on(servers.pds, numbers.seed)
const all = { servers, binary, folder, load, ...numbers }
const account = await load.appPassword(0)
await scenario('sign-ins', beginLimit(all, account))
const followed = await scenario('follow', follow(all))
say(followed.report)
say(await scenario('history', history(all, since)))
say(await scenario('mistakes', mistakes(all)))
for (const line of await scenario('search', search(all, account))) say(line)
say(await scenario('forgotten', forgotten(all, followed.project)))
console.log('a real Bluesky: all good')
process.exit(0)
