// Pagefind finds papers by words, in one index or several that it merges. It knows a paper by its index and its
// number in it, newest first, in hexadecimal and backwards: 2024-1of2.f300 is the 63rd after the newest. facets.json
// tells which indexes, years, topics and organisations there are; each index has another, with the topics and
// organisations of its papers, for those who look at the filters.
const KINDS = ['year', 'topic', 'organisation']
const part = id => document.getElementById(id)
const form = part('search'), field = form.elements, list = part('results'), { base } = form.dataset
const make = (tag, textContent, more) => Object.assign(document.createElement(tag), { textContent, ...more })
const count = (number, noun) => `${number} ${noun}${number == 1 ? '' : 's'}`
const { compare } = new Intl.Collator()
const keyOf = address => address.split('/')[2]
const parts = new Map(), titles = {}, totals = {}, chosen = {}
let pagefind, years, all, looking, found, latest, shown, typing, broken, turn = 0

const load = async (address, how) => {
  const answer = await fetch(`${base}/pagefind/${address}`, how)
  if (!answer.ok) throw Error(`${address}: ${answer.status}`)
  return answer
}

const backwards = digits => [...digits].reverse().join('')
const indexOf = id => id.split('.')[0]
const numbered = id => {
  const [name, digits] = id.split('.'), it = parts.get(name), number = parseInt(backwards(digits), 16)
  if (!(number < it.size)) throw RangeError(id)
  return { it, number }
}
const place = id => {
  const { it, number } = numbered(id)
  return it.start + number
}
const newest = (a, b) => place(a.id) - place(b.id)
const yearOf = at => years.find(({ end }) => at < end).year
const values = (id, kind) => {
  if (kind === 'year') return [yearOf(place(id))]
  const { it, number } = numbered(id)
  return it.papers[number][kind]
}
const passes = (id, except) =>
  KINDS.every(kind => kind === except || !chosen[kind] || values(id, kind).includes(chosen[kind]))

// What an index has beside it: of each paper the keys of its topics and organisations.
const facetsOf = async it => {
  const { values, papers } = await (await load(`${it.folder}/facets.json`)).json()
  const of = (row, folder) => row.map(i => values[i]).filter(address => address.startsWith(`/${folder}/`)).map(keyOf)
  it.papers = papers.map(row => ({ topic: of(row, 'topics'), organisation: of(row, 'organisations') }))
}
const learn = results => {
  const indexes = new Set(results.map(({ id }) => numbered(id).it))
  return Promise.all([...indexes].map(it => it.asked ||= facetsOf(it)))
}

const ask = async text => (await pagefind.search(text)).results

// How many papers of each index have the words. With a filter that none passes, none is weighed.
const counted = async text =>
  (await pagefind.search(text, { filters: { index: 'none' } })).totalFilters.index || {}

const plain = word => word.normalize('NFD').replace(/[^\p{L}\p{N}]/gu, '').toLowerCase()
const begins = async (result, typed) => {
  const { content, meta } = await result.data(), text = `${content} ${Object.values(meta)}`
  const pieces = text.replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2').split(/[^\p{L}\p{N}\p{M}]+/u)
  return [...text.split(/\s+/), ...pieces].some(word => plain(word).startsWith(plain(typed)))
}

// An index in which no word begins as the typed one takes the longest with which this begins ("the" for "théorie"),
// or passes over it. So a result counts if its index has the word itself. Where none has, it can be the beginning
// of one, also of one that is known by its stem: the best papers of each index tell.
const having = async (word, results) => {
  const own = await counted(`"${word}"`)
  if (Object.values(own).some(Boolean)) return results.filter(({ id }) => own[indexOf(id)])
  const best = {}, has = {}
  for (const result of results) (best[indexOf(result.id)] ||= []).push(result)
  await Promise.all(Object.entries(best).map(async ([index, all]) => {
    has[index] = (await Promise.all(all.slice(0, 3).map(result => begins(result, word)))).includes(true)
  }))
  return results.filter(({ id }) => has[indexOf(id)])
}

const wordsOf = text => new Set(text.match(/[^\s"]*[\p{L}\p{N}][^\s"]*/gu)) // a lone – or & is none
const find = async text => {
  let results = await ask(text)
  const words = /^".+"$/.test(text) ? [] : [...wordsOf(text)].slice(0, 24)
  for (const word of words) if (results.length) results = await having(word, results)
  return results
}

// Pagefind wants every word. Where no paper has them all, these have the most.
const closest = async text => {
  const near = {}
  for (const word of [...wordsOf(text)].slice(0, 12)) {
    for (const result of await having(word, await ask(word))) (near[result.id] ||= []).push(result)
  }
  const most = Math.max(...Object.values(near).map(hits => hits.length))
  return Object.values(near).filter(hits => hits.length === most).map(([result]) => result)
}

// All papers, newest first. Asked for nothing, Pagefind would load every index as a whole.
const everything = () => all ||= [...parts].flatMap(([name, { folder, size }]) =>
  Array.from({ length: size }, (_, number) => {
    const id = `${name}.${backwards(number.toString(16).padStart(4, '0'))}`
    return { id, data: () => paper(`${folder}/fragment/${id}.pf_fragment`) }
  }))
const paper = async address => {
  const packed = await (await load(address)).blob()
  const [first] = new Uint8Array(await packed.slice(0, 1).arrayBuffer())
  const open = first === 31 ? packed.stream().pipeThrough(new DecompressionStream('gzip')) : packed
  const known = JSON.parse((await new Response(open).text()).replace('pagefind_dcd', ''))
  return { ...known, url: base + known.url, locations: [] }
}

// Each choice, with the number of papers it leaves, as far as that can be told without loading more.
const offer = async results => {
  const mine = turn
  if (results && looking) await learn(results)
  if (mine !== turn) return
  const known = looking || chosen.topic || chosen.organisation
  for (const kind of KINDS) {
    let counts = totals[kind]
    if (results) {
      counts = new Map(chosen[kind] ? [[chosen[kind], 0]] : [])
      if (kind !== 'year' && !known) counts = new Map([...titles[kind].keys()].map(key => [key, null]))
      else for (const { id } of results) {
        if (passes(id, kind)) for (const value of values(id, kind)) counts.set(value, (counts.get(value) || 0) + 1)
      }
    }
    const title = value => titles[kind]?.get(value) || value
    const order = [...counts.keys()].sort((a, b) => compare(title(a), title(b)))
    if (kind === 'year') order.reverse()
    field[kind].length = 1
    for (const value of order) {
      const number = counts.get(value)
      field[kind].add(new Option(number === null ? title(value) : `${title(value)} (${number})`, value))
    }
    field[kind].value = chosen[kind]
  }
}

// The summary from shortly before the first hit, as text: nothing is parsed as HTML.
const gist = ({ content, anchors, locations }) => {
  const words = content.split(/\s+/), start = anchors.find(({ id }) => id === 'text')?.location || 0
  const hits = locations.filter(place => place >= start)
  const first = hits.length ? Math.max(start, Math.min(...hits) - 8) : start
  const pieces = words.slice(first, first + 34)
    .flatMap((word, i) => [hits.includes(first + i) ? make('mark', word) : word, ' '])
  return [first > start ? '… ' : '', ...pieces, words[first + 34] ? '…' : '']
}
const card = paper => {
  const item = part('result').content.firstElementChild.cloneNode(true)
  const [kicker, by, text] = item.querySelectorAll('p'), time = item.querySelector('time')
  const { title, authors, organisation, date, comments } = paper.meta
  const topics = paper.meta.topics.map(([name, address]) => make('a', name, { href: base + address }))
  Object.assign(item.querySelector('a'), { href: paper.url, textContent: title })
  kicker.append(...topics.flatMap(link => [', ', link]).slice(1))
  by.textContent = [authors, organisation].filter(Boolean).join(' · ')
  text.append(...gist(paper))
  time.dateTime = date
  time.textContent = new Date(date).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' })
  if (comments) time.parentNode.after(make('li', count(comments, 'comment')))
  item.dataset.key = paper.url.split('/').at(-2)
  item.dataset.title = title
  saved.offer(item)
  return item
}
const more = async () => {
  const mine = turn, next = found.slice(shown, shown + 10)
  const loaded = await Promise.all(next.map(result => result.data()))
  if (mine !== turn) return
  const cards = loaded.map(card)
  if (!shown) list.replaceChildren()
  list.append(...cards)
  shown += cards.length
  part('more').hidden = shown >= found.length
  return cards[0]
}

// What an address of arXiv or of a DOI leads to is searched for, and of a version its paper; a text without spaces
// by each character with the next (see search.py).
const RUN = /[\u3005-\u3007\u3041-\u30fa\u30fc-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]+/g
const pairs = run => ` ${[...run].map((one, at, all) => one + (all[at + 1] || '')).slice(0, -1).join(' ') || run} `
const asked = text => text
  .replace(/(?:https?:\/\/)?(?:[\w-]+\.)?(?:arxiv\.org\/(?:abs|pdf|html)|doi\.org)\/|\b(?:arxiv|doi):\s*/gi, '')
  .replace(/\b(?:10\.48550\/arxiv\.)?(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?(?!\S)/gi, '$1')
  .normalize('NFC').replace(RUN, pairs)
  .trim()

const show = async () => {
  const mine = ++turn, text = asked(field.q.value), filtered = Object.values(chosen).some(Boolean)
  const exact = text ? await find(text) : filtered ? everything() : []
  const results = exact.length || !text ? exact : await closest(text)
  if (chosen.topic || chosen.organisation) await learn(results)
  if (mine !== turn) return
  latest = text || filtered ? results : null
  found = results.filter(({ id }) => passes(id))
  if (field.sort.value) found.sort(newest)
  shown = 0
  await more()
  if (mine !== turn) return
  part('plain').hidden = results.length
  const number = count(found.length, 'paper')
  part('status').textContent =
    !latest ? ''
    : !results.length ? 'No paper has any of these words.'
    : filtered && !found.length ? `No paper under these filters, ${count(results.length, 'paper')} without them.`
    : !exact.length ? `No paper has all these words. The closest: ${number}.`
    : number
  await offer(latest)
}

const read = () => {
  const address = new URLSearchParams(location.search), given = key => address.get(key) || ''
  field.q.value = given('q')
  field.sort.value = given('sort') && 'newest'
  for (const kind of KINDS) chosen[kind] = given(kind)
}
const go = way => {
  clearTimeout(typing)
  if (broken) return
  const state = Object.entries({ q: field.q.value.trim(), ...chosen, sort: field.sort.value })
  const address = new URLSearchParams(state.filter(([, value]) => value))
  if (way) history[way](null, '', `${location.pathname}?${address}`.replace(/\?$/, ''))
  show().catch(fail)
}
const fail = () => {
  broken = ++turn
  list.replaceChildren()
  part('facets').hidden = part('more').hidden = true
  part('plain').hidden = false
  part('unavailable').className = 'empty shown'
  part('status').textContent = 'The search does not work just now. Reloading may help.'
}

// Pagefind passes over an index that it cannot load: what it then finds, or does not find, is not true. It says
// so on the console, here or in its worker, which passes it on (see search.py).
const Plain = window.Worker, { error } = console
console.error = (...all) => error(...all, fail())
if (Plain) {
  window.Worker = class extends Plain {
    constructor(...given) {
      super(...given)
      this.addEventListener('message', ({ data }) => data.broken && fail())
    }
  }
}

const look = () => {
  if (looking) return
  looking = true
  if (latest) offer(latest).catch(fail)
}

const start = async () => {
  const facets = await (await load('facets.json', { cache: 'no-cache' })).json()
  let start = 0, end = 0
  for (const [folder, size] of facets.parts) {
    parts.set(folder.slice(0, folder.lastIndexOf('-')), { folder, start, size })
    start += size
  }
  years = facets.years.map(([year, number]) => ({ year: String(year), end: end += number }))
  totals.year = new Map(facets.years.map(([year, number]) => [String(year), number]))
  for (const [kind, rows] of [['topic', facets.topics], ['organisation', facets.organisations]]) {
    titles[kind] = new Map(rows.map(([address, title]) => [keyOf(address), title]))
    totals[kind] = new Map(rows.flatMap(([address, , number]) => number ? [[keyOf(address), number]] : []))
  }
  const [first, ...others] = [...parts].map(([index, { folder }]) =>
    [`${base}/pagefind/${folder}/`, { baseUrl: `${base}/`, mergeFilter: { index } }])
  pagefind = await import(`${first[0]}pagefind.js`)
  await pagefind.options({ basePath: first[0], ...first[1] })
  await Promise.all(others.map(part => pagefind.mergeIndex(...part)))
  await pagefind.init()
  part('facets').hidden = false
  form.onsubmit = event => {
    if (!broken) event.preventDefault()
    go('pushState')
  }
  for (const event of ['pointerover', 'focusin', 'touchstart']) part('facets').addEventListener(event, look)
  part('facets').onchange = ({ target }) => {
    if (target.name in chosen) chosen[target.name] = target.value
    go('pushState')
  }
  field.q.oninput = () => {
    clearTimeout(typing)
    typing = setTimeout(go, 250, 'replaceState')
  }
  part('clear').onclick = () => {
    for (const kind of KINDS) chosen[kind] = ''
    go('pushState')
  }
  part('more').onclick = () => more().then(item => item.querySelector('h2 a').focus()).catch(fail)
  onpopstate = () => go(read())
}

addEventListener('unhandledrejection', event => event.preventDefault(fail()))
read()
Promise.race([start(), new Promise((_, late) => setTimeout(late, 15000))]).then(() => go(), fail)
