// Driving the built program as a person would: a project, a collector that runs beside it, reading commands.
import { execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** What nobody sane waits for: a condition that takes longer has failed. */
export const PATIENCE_MS = 120_000
/** Between two looks at what can only be asked. */
const LOOK_EVERY_MS = 250

export class Failure extends Error {}

export function check(condition, what) {
  if (!condition) throw new Failure(typeof what === 'function' ? what() : what)
}

/** Waits for a promise, but not for ever. */
export async function within(promise, what, ms = PATIENCE_MS) {
  let timer
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Failure(`${what}: not within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Looks again and again until `look` gives something. */
export async function until(look, what, ms = PATIENCE_MS) {
  const end = Date.now() + ms
  for (;;) {
    const found = await look()
    if (found) return found
    check(Date.now() < end, `${what}: not within ${ms / 1000} s`)
    await new Promise((done) => setTimeout(done, LOOK_EVERY_MS))
  }
}

const CAMPAIGN = `[campaign]
name = "Vault 7, invented"
tags = ["Vault7"]

[purpose]
why = "tests of the program; all accounts and posts are invented"
controller = "the tests"
legal_basis = "no personal data"
retention = "2099-12-31"
contact = "https://tests.example/contact"
`

/** Only what a program needs that is started from a terminal: no secrets, no settings. */
const bare = (secrets) => ({ PATH: process.env.PATH, HOME: '/nonexistent', ...secrets })

export class Project {
  constructor(binary, folder, name) {
    this.binary = binary
    this.name = name
    this.folder = mkdtempSync(join(folder, `${name}-`))
    writeFileSync(join(this.folder, 'tagline.toml'), CAMPAIGN)
    mkdirSync(join(this.folder, 'data'), { mode: 0o700 })
  }

  /** `tagline collect '#Vault7' --from …`, running. */
  collect(from, { args = [], secrets = {} } = {}) {
    const all = ['-C', this.folder, 'collect', '#Vault7', '--from', from, '--insecure', '--verbose', ...args]
    return new Collector(this.binary, all, bare(secrets), this.name)
  }

  /** A reading command's output; `undefined` if it fails and may. */
  async read(args, { mayFail = false } = {}) {
    const options = { env: bare({}), maxBuffer: 64 * 1024 * 1024 }
    return new Promise((done, fail) => {
      execFile(this.binary, ['-C', this.folder, ...args], options, (error, stdout, stderr) => {
        if (!error) return done(stdout)
        if (mayFail) return done(undefined)
        fail(new Failure(`tagline ${args.join(' ')}: code ${error.code}\n${stderr}`))
      })
    })
  }

  async posts(options) {
    const lines = await this.read(['posts', '--ndjson'], options)
    return lines?.split('\n').filter(Boolean).map((line) => JSON.parse(line))
  }

  /** How many posts the platform reported deleted. */
  async deleted() {
    return JSON.parse(await this.read(['theories', '--json'])).deleted
  }

  async status() {
    return JSON.parse(await this.read(['status', '--json']))
  }

  /** Fails if a file of the project holds one of these. */
  holdsNone(secrets) {
    for (const entry of readdirSync(this.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const path = join(entry.parentPath, entry.name)
      const bytes = readFileSync(path)
      for (const secret of secrets) check(!bytes.includes(secret), `${path} holds a secret`)
    }
  }
}

export class Collector {
  /** All it said. */
  stdout = ''
  stderr = ''

  constructor(binary, args, env, name) {
    this.name = name
    this.child = spawn(binary, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of ['stdout', 'stderr']) {
      this.child[stream].setEncoding('utf8').on('data', (text) => (this[stream] += text))
    }
    this.ended = new Promise((done) => this.child.on('close', (code, signal) => done({ code, signal })))
    this.child.on('error', (error) => (this.stderr += error.message))
  }

  get isRunning() {
    return this.child.exitCode === null && this.child.signalCode === null
  }

  /** Waits for something, while the collector must go on running. */
  async during(promise, what, ms = PATIENCE_MS) {
    const died = this.ended.then(({ code, signal }) => {
      throw new Failure(`${what}: the collector ended before (code ${code}, signal ${signal})\n${this.stderr.slice(-2000)}`)
    })
    died.catch(() => {})
    try {
      return await within(Promise.race([promise, died]), what, ms)
    } catch (error) {
      if (error instanceof Failure && this.isRunning) error.message += `\nthe collector says:\n${this.stderr.slice(-2000)}`
      throw error
    }
  }

  /** Sends a signal; says how it ended. */
  async end(signal) {
    this.child.kill(signal)
    return within(this.ended, `${this.name} after ${signal}`)
  }

  /** Waits until it ends by itself. */
  async code(ms = PATIENCE_MS) {
    const { code, signal } = await within(this.ended, `${this.name}: the end`, ms).catch((error) => {
      error.message += `\nthe collector says:\n${this.stderr.slice(-2000)}`
      throw error
    })
    check(signal === null, `${this.name} died of ${signal}`)
    return code
  }

  /** Lines of its talk with these words. */
  lines(words) {
    return this.stderr.split('\n').filter((line) => words.test(line))
  }
}
