// Invented people who post on the PDS and delete some of it again, and the truth about it: what a collector must have in the end.
//
//   node load.mjs PDS_URL TRUTH_FILE [--posts 500] [--others 250] [--deletions 50] [--rate 20] [--seed 1]
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { AtpAgent, RichText } from '@atproto/api'
import { random } from './random.mjs'

const ACCOUNTS = 5
const GUESSES = ['a mole at the agency', 'the missing mails', 'building seven', 'only a game', 'hacking tools', 'nothing at all 🔐', 'Ärger für alle']
/** Every way to write the tag that must be found; the last stands in the record alone. The first two are those that the AppView's search finds. */
const WITH_TAG = [
  (n, guess) => ({ text: `${n}: #Vault7 is about ${guess}` }),
  (n, guess) => ({ text: `${n}: ${guess}, or ${guess}, or what? #Vault7` }),
  (n, guess) => ({ text: `${n}: ${guess}, I say #vault7` }),
  (n, guess) => ({ text: `${n}: #VAULT7 and #leaks: ${guess}?` }),
  (n, guess) => ({ text: `${n}: ${guess}`, tags: ['Vault7'] }),
]
/** And what only looks like it. */
const WITHOUT_TAG = [
  (n, guess) => ({ text: `${n}: vault7 without a sign is about ${guess}` }),
  (n, guess) => ({ text: `${n}: #Vault77 is about ${guess}` }),
  (n, guess) => ({ text: `${n}: lunch, and ${guess}` }),
]

export class Load {
  #agents = []
  #random
  /** One entry a post: `{uri, text, tagged, posted_at, deleted_at}`. */
  truth = []

  static async on(pds, seed) {
    const load = new Load()
    load.#random = random(seed)
    const run = Date.now().toString(36)
    for (let n = 1; n <= ACCOUNTS; n++) {
      const agent = new AtpAgent({ service: pds })
      const handle = `demo${n}-${run}.test`
      await agent.createAccount({ handle, email: `${handle}@example.com`, password: `password-${run}` })
      load.#agents.push(agent)
    }
    return load
  }

  /** Posts so many with the tag and without, and deletes so many of those with it, old and new, all mixed. */
  async work({ posts = 0, others = 0, deletions = 0, rate = Infinity }) {
    const steps = [...Array(posts).fill('tagged'), ...Array(others).fill('other'), ...Array(deletions).fill('delete')]
    for (let n = steps.length - 1; n > 0; n--) {
      const other = this.#random.between(0, n + 1)
      ;[steps[n], steps[other]] = [steps[other], steps[n]]
    }
    // Nothing to delete before the first post.
    if (this.truth.length === 0) steps.sort((a, b) => (a === 'delete') - (b === 'delete'))
    const begun = Date.now()
    for (const [n, step] of steps.entries()) {
      if (step === 'delete') await this.#delete()
      else await this.#post(step === 'tagged')
      const early = begun + ((n + 1) * 1000) / rate - Date.now()
      if (early > 0) await new Promise((done) => setTimeout(done, early))
    }
  }

  /** An account's own name and a password for a program, as a person would make it in the settings. */
  async appPassword(account) {
    const agent = this.#agents[account]
    const made = await agent.com.atproto.server.createAppPassword({ name: `tests-${Date.now()}` })
    return { handle: agent.session.handle, password: made.data.password }
  }

  /** The truth as NDJSON. */
  write(file) {
    writeFileSync(file, this.truth.map((post) => `${JSON.stringify(post)}\n`).join(''))
  }

  async #post(tagged) {
    const make = this.#random.pick(tagged ? WITH_TAG : WITHOUT_TAG)
    const agent = this.#random.pick(this.#agents)
    const { text, tags } = make(this.truth.length + 1, this.#random.pick(GUESSES))
    const rich = new RichText({ text })
    rich.detectFacetsWithoutResolution()
    const posted_at = new Date().toISOString()
    const { uri } = await agent.post({ text, facets: rich.facets, tags, langs: ['en'], createdAt: posted_at })
    this.truth.push({ uri, text, tagged, posted_at, deleted_at: null })
  }

  async #delete() {
    const left = this.truth.filter((post) => post.tagged && !post.deleted_at)
    // Every other one is quite new: a collector may be just about to save it.
    const post = this.#random.next() < 0.5 ? left.at(-1) : this.#random.pick(left)
    const agent = this.#agents.find((agent) => post.uri.includes(agent.session.did))
    await agent.deletePost(post.uri)
    post.deleted_at = new Date().toISOString()
  }
}

if (process.argv[1] === import.meta.filename) {
  const number = (value) => ({ type: 'string', default: String(value) })
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { posts: number(500), others: number(250), deletions: number(50), rate: number(20), seed: number(1) },
  })
  const [pds, file] = positionals
  const { posts, others, deletions, rate, seed } = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, Number(value)]))
  const load = await Load.on(pds, seed)
  await load.work({ posts, others, deletions, rate })
  load.write(file)
  console.log(`${posts} posts with #Vault7, ${others} without, ${deletions} deleted: ${file}`)
}
