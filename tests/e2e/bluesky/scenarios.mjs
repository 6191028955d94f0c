// What must hold against real servers. Each scenario fails by throwing, and reports what it counted.
import { once } from 'node:events'
import { CuttingProxy, RecordingProxy } from './proxy.mjs'
import { random } from './random.mjs'
import { Project, check, until, within } from './tagline.mjs'

/** Reports how far the first difference goes, not all of them. */
const SHOWN = 5

/** That a project holds the posts of the truth: each once, with its text, and nothing else. */
async function holds(project, truth, what) {
  const posts = await project.posts()
  const found = new Map(posts.map((post) => [post.id, post.text]))
  check(found.size === posts.length, `${what}: ${posts.length - found.size} posts are there twice`)
  const wanted = new Map(truth.map(({ uri, text }) => [uri, text]))
  const lost = [...wanted.keys()].filter((uri) => !found.has(uri))
  const more = [...found.keys()].filter((uri) => !wanted.has(uri))
  const other = [...wanted].filter(([uri, text]) => found.has(uri) && found.get(uri) !== text).map(([uri]) => uri)
  for (const [kind, uris] of Object.entries({ lost, 'that should not be there': more, 'with another text': other })) {
    check(uris.length === 0, () => `${what}: ${uris.length} posts ${kind}, as ${uris.slice(0, SHOWN).join(' ')}`)
  }
  return posts.length
}

const tagged = (posts) => posts.filter((post) => post.tagged)
const living = (posts) => posts.filter((post) => !post.deleted_at)

/** The heart: posts and deletions go on while the connection is cut and the collector killed, again and again. */
export async function follow({ servers, binary, folder, load, seed, faults, posts, others, deletions }) {
  const chance = random(seed)
  const project = new Project(binary, folder, 'follow')
  const proxy = await CuttingProxy.to(servers.jetstream)
  const since = new Date(Date.now() - 1000).toISOString()
  const start = () => project.collect(`bluesky:localhost:${proxy.port}`, { args: ['--follow', '--since', since] })
  const share = (all, round) => Math.floor((all * (round + 1)) / faults) - Math.floor((all * round) / faults)
  let kills = 0

  for (let round = 0; round < faults; round++) {
    const what = `round ${round + 1} of ${faults}`
    const work = load.work({ posts: share(posts, round), others: share(others, round), deletions: share(deletions, round) })
    const collector = start()
    // Anywhere: in the handshake, between two messages, in the middle of one.
    const cut = once(proxy, 'cut')
    proxy.cutAfter(chance.between(1, 6000))
    await collector.during(cut, `${what}: the cut`)
    const before = proxy.bytes + chance.between(200, 9000)
    await collector.during(passed(proxy, before, work), `${what}: going on after the cut`)
    const { signal } = await collector.end('SIGKILL')
    check(signal === 'SIGKILL', `${what}: the collector was gone before it was killed`)
    kills += 1
    await within(work, `${what}: posting`)
  }

  // Undisturbed, and read by another command meanwhile, until all is there; then Ctrl-C.
  const collector = start()
  const wanted = living(tagged(load.truth))
  const all = until(async () => (await project.posts({ mayFail: true }))?.length === wanted.length, 'all posts, read while it collects')
  // What is missing is told below.
  const late = await collector.during(all, 'the last run').then(() => undefined, (error) => error)
  const { code } = await collector.end('SIGINT')
  check(code === 130, `Ctrl-C: exit code ${code} instead of 130\n${collector.stderr.slice(-2000)}`)
  proxy.close()

  check(proxy.cuts === faults, `${proxy.cuts} of ${faults} cuts happened`)
  check(kills === faults, `${kills} of ${faults} kills happened`)
  const found = await holds(project, wanted, 'follow')
  if (late) throw late
  const gone = await project.deleted()
  check(gone === deletions, `${gone} of ${deletions} posts are marked as deleted since`)
  const report = `${posts} posts and ${deletions} deletions among ${others} others, ${kills} kills, ${proxy.cuts} cuts, ${proxy.connections} connections: ` +
    `${found} posts, ${gone} deleted since; none lost, none twice`
  return { project, report }
}

/** When so many bytes went through; or, if there are no more because all is posted and passed on, when nothing more can come. */
async function passed(proxy, bytes, work) {
  const begun = proxy.connections
  let isOver = false
  work.then(() => (isOver = true))
  await until(() => proxy.bytes >= bytes || (isOver && proxy.connections > begun), 'bytes')
}

/** A server of the first version alone, asked once for all that was: the same posts. */
export async function history({ servers, binary, folder, load }, since) {
  const project = new Project(binary, folder, 'history')
  const collector = project.collect(`bluesky:${servers.jetstream_v1_only}`, { args: ['--since', since] })
  // It ends at the first post that is newer than its own start.
  while (collector.isRunning) {
    await collector.during(load.work({ others: 1 }), 'a post').catch((error) => {
      if (collector.isRunning) throw error
    })
  }
  const code = await collector.code()
  check(code === 0, `history: exit code ${code}\n${collector.stderr.slice(-2000)}`)
  const fallback = collector.lines(/version 1/)
  check(fallback.length > 0, 'history: it does not say that version 1 is used')
  const found = await holds(project, living(tagged(load.truth)), 'history by version 1')
  return `version 1, asked once for what was: the same ${found} posts`
}

/** The server forgot what the collector has not seen yet: a gap that is said, and all that came after it. */
export async function forgotten({ servers, load }, project) {
  const asked = async (path, options) => (await fetch(`${servers.control}${path}`, options)).json()
  const proxyless = () => project.collect(`bluesky:${servers.jetstream}`, { args: ['--follow'] })
  // So that it has a cursor of this address.
  const first = proxyless()
  await load.work({ posts: 2 })
  const before = living(tagged(load.truth))
  await first.during(until(async () => (await project.posts({ mayFail: true }))?.length === before.length, 'two posts'), 'forgotten')
  await first.end('SIGINT')

  const [posts, others] = [3, 3]
  const { last } = await asked('/')
  await load.work({ posts, others })
  // Jetstream reads the firehose at its own pace: what it has yet to hear would come after the gap.
  await until(async () => (await asked('/')).last >= last + posts + others, 'Jetstream has the posts')
  await asked(`/floor?seq=${last + posts + others + 1}`, { method: 'POST' })
  const second = proxyless()
  try {
    await load.work({ posts: 4 })
    const wanted = before.length + 4
    await second.during(until(async () => (await project.posts({ mayFail: true }))?.length === wanted, 'four posts'), 'forgotten')
    await second.end('SIGINT')
  } finally {
    await asked('/floor?seq=1', { method: 'POST' })
  }
  const said = second.lines(/gap from/)
  check(said.length === 1, () => `forgotten: ${said.length} gaps are said\n${second.stderr.slice(-2000)}`)
  return `${posts} posts that the server forgot are a gap: ${said[0].replace(/^.*?gap/, 'gap')}`
}

const SIGN_IN = 'com.atproto.server.createSession'
const SEARCH = 'app.bsky.feed.searchPosts'
/** Posts of a page at most. */
const PAGE = 100
/** A wait shorter than this could be had by chance. */
const SHORTEST_WAIT_S = 10
/** The limit lasts five minutes. */
const LONGEST_WAIT_MS = 6 * 60_000
/** Ends of limits are told in whole seconds. */
const ROUNDED_MS = 1000

/** Uses up what the server allows of sign-ins, until it says 429 and means it. */
async function useUp(pds, identifier) {
  for (;;) {
    const answer = await fetch(`${pds}/xrpc/${SIGN_IN}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ identifier, password: 'not the password' }),
    })
    await answer.arrayBuffer()
    if (answer.status !== 429) {
      check(answer.status === 401, `a wrong password gives ${answer.status}`)
      continue
    }
    const seconds = Number(answer.headers.get('retry-after'))
    if (seconds >= SHORTEST_WAIT_S) return
    await new Promise((done) => setTimeout(done, seconds * 1000))
  }
}

/** Sign-ins that the real server counts: to be used up early, so that there is less to wait for. */
export async function beginLimit({ servers }, account) {
  await useUp(servers.pds, account.handle)
}

/** A real 429 is waited for to its end and not a request earlier; then, with an AppView, the search gives all that it finds. */
export async function search({ servers, binary, folder, load }, account) {
  const project = new Project(binary, folder, 'search')
  const proxy = await RecordingProxy.to(servers.pds)
  const from = `bluesky-search:localhost:${proxy.port}`
  const secrets = { TAGLINE_BLUESKY_HANDLE: account.handle, TAGLINE_BLUESKY_APP_PASSWORD: account.password }
  // This AppView compares letter by letter, so it gives `#Vault77` too, which is another tag and not kept.
  const shown = living(load.truth).filter(({ text }) => text.includes('#Vault7'))
  if (servers.appview) await isIndexed(servers.appview, shown.length)
  await useUp(servers.pds, account.handle)
  const collector = project.collect(from, { secrets })
  // Without an AppView there is nothing to be found, but the way there is the same.
  const ending = servers.appview ? collector.code(LONGEST_WAIT_MS) : asksOnce(collector, proxy)
  const code = await ending

  const signIns = proxy.of(SIGN_IN)
  const [refused, next] = signIns
  check(refused?.status === 429, 'search: the first sign-in was not refused with 429')
  for (const [n, { at, status, reset, retryAfter }] of proxy.exchanges.entries()) {
    const following = proxy.exchanges[n + 1]
    if (status !== 429 || !following) continue
    const early = Math.min(reset, at + retryAfter * 1000) - following.at
    check(early <= ROUNDED_MS, `search: asked again ${early} ms before the limit began anew`)
  }
  const all = signIns.map(({ status, error }) => `${status} ${error ?? ''}`).join(', ')
  check(signIns.at(-1).status === 200, () => `search: sign-ins give ${all}\n${collector.stderr.slice(-2000)}`)
  // The server rounds: it may have to be asked once more.
  check(signIns.length <= 3, `search: sign-ins give ${all}`)
  const waited = collector.lines(/429|too many/i)
  check(waited.length > 0, () => `search: the wait is not said\n${collector.stderr.slice(-2000)}`)
  const reports = [
    `a real 429 (retry-after ${refused.retryAfter} s): next request ${((next.at - refused.at) / 1000).toFixed(1)} s later, ` +
      `${((next.at - refused.reset) / 1000).toFixed(1)} s after the limit began anew; said as: ${waited[0]}`,
  ]

  if (servers.appview) {
    check(code === 0, `search: exit code ${code}\n${collector.stderr.slice(-2000)}`)
    const pages = proxy.of(SEARCH)
    check(pages.every(({ status }) => status === 200), 'search: a page failed')
    check(new Set(pages.map(({ query }) => query.get('cursor'))).size === pages.length, 'search: a page was asked for twice')
    const found = await holds(project, tagged(shown), 'search')
    check(pages.length >= shown.length / PAGE, `search: ${shown.length} posts in ${pages.length} pages`)
    reports.push(`search: ${found} posts in ${pages.length} pages`)
  } else {
    check(code === 130, `search: exit code ${code} instead of 130\n${collector.stderr.slice(-2000)}`)
  }
  project.holdsNone([account.password])
  check(!collector.stderr.includes(account.password), 'the password is in the log')
  proxy.close()
  return reports
}

/** The AppView reads the firehose at its own pace: what it does not know yet, nobody can find. */
async function isIndexed(appview, wanted) {
  let found
  const count = async () => {
    found = 0
    for (let cursor = ''; cursor !== undefined; ) {
      const query = new URLSearchParams({ q: '#Vault7', limit: PAGE, ...(cursor && { cursor }) })
      const page = await (await fetch(`${appview}/xrpc/${SEARCH}?${query}`)).json()
      found += page.posts.length
      cursor = page.cursor
    }
    return found === wanted
  }
  await until(count, 'the AppView has all posts').catch((error) => {
    error.message += `: it has ${found} of ${wanted}`
    throw error
  })
}

async function asksOnce(collector, proxy) {
  await collector.during(until(() => proxy.of(SEARCH).length > 0, 'a search', LONGEST_WAIT_MS), 'search', LONGEST_WAIT_MS)
  return (await collector.end('SIGINT')).code
}

/** What a person does wrong is said, once, and not tried again. */
export async function mistakes({ servers, binary, folder, load }) {
  const proxy = await RecordingProxy.to(servers.pds)
  const from = `bluesky-search:localhost:${proxy.port}`
  const { handle } = await load.appPassword(1)
  const cases = [
    ['a wrong password', { TAGLINE_BLUESKY_HANDLE: handle, TAGLINE_BLUESKY_APP_PASSWORD: 'wrong-wrong-wrong' }, SIGN_IN, 1],
    ['a token that is none', { TAGLINE_BLUESKY_TOKEN: 'garbage-garbage' }, SEARCH, 1],
    ['no account', {}, SEARCH, 0],
  ]
  for (const [what, secrets, method, times] of cases) {
    const before = proxy.exchanges.length
    const project = new Project(binary, folder, 'mistakes')
    const collector = project.collect(from, { secrets })
    const code = await collector.code()
    check(code === 5 || (times === 0 && code === 2), `${what}: exit code ${code}\n${collector.stderr.slice(-2000)}`)
    const asked = proxy.exchanges.slice(before)
    check(asked.length === times, `${what}: ${asked.length} requests`)
    check(asked.every(({ path }) => path.endsWith(method)), `${what}: other things were asked`)
    check(/TAGLINE_BLUESKY|password|session|token/i.test(collector.stderr), `${what}: not said\n${collector.stderr}`)
    for (const secret of Object.values(secrets)) {
      if (secret !== handle) check(!collector.stderr.includes(secret), `${what}: it is in the log`)
    }
  }
  proxy.close()
  return `${cases.map(([what]) => what).join(', ')}: said, and not tried again`
}
