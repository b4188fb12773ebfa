// Pagefind finds papers by words, in one index or several that it merges; facets.json tells which, and has the
// days, topics and organisations of the papers by Pagefind's names for them.
const KINDS = ['year', 'topic', 'organisation']
const part = id => document.getElementById(id)
const form = part('search'), field = form.elements, list = part('results'), { base } = form.dataset
const make = (tag, textContent, more) => Object.assign(document.createElement(tag), { textContent, ...more })
const count = (number, noun) => `${number} ${noun}${number == 1 ? '' : 's'}`
const papers = {}, twins = new Set(), titles = { year: new Map() }, chosen = {}
let pagefind, all, listed, found, shown, typing, broken, turn = 0

const passes = (id, except) =>
  KINDS.every(kind => kind === except || !chosen[kind] || papers[id][kind].includes(chosen[kind]))
const newest = (a, b) => papers[b.id].day.localeCompare(papers[a.id].day)

// Of papers in two indexes that have one name, the address tells which is meant.
const whole = async result =>
  twins.has(result.id) ? { ...result, id: result.id + (await result.data()).url } : result
const ask = async text => Promise.all((await pagefind.search(text)).results.map(whole))

// An index passes over words that it has not, of which another index may have all.
const find = async text => {
  let results = await ask(text)
  const words = text && !text.includes('"') ? text.match(/\S+/g) : []
  for (const word of words.length > 1 ? new Set(words.slice(0, 24)) : []) {
    const has = new Set((await ask(word)).map(({ id }) => id))
    results = results.filter(({ id }) => has.has(id))
  }
  return results
}

// Pagefind wants every word. Where no paper has them all, these have the most.
const closest = async text => {
  const near = {}
  for (const word of new Set(text.match(/[^\s"]+/g)?.slice(0, 12))) {
    for (const result of await ask(word)) (near[result.id] ||= []).push(result)
  }
  const most = Math.max(...Object.values(near).map(hits => hits.length))
  return Object.values(near).filter(hits => hits.length === most).map(([result]) => result)
}

// Each choice, with the number of papers it leaves.
const offer = results => {
  for (const kind of KINDS) {
    const counts = chosen[kind] ? { [chosen[kind]]: 0 } : {}
    for (const { id } of results) {
      if (passes(id, kind)) for (const value of papers[id][kind]) counts[value] = (counts[value] || 0) + 1
    }
    const title = value => titles[kind].get(value) || value
    const order = Object.keys(counts).sort((a, b) => title(a).localeCompare(title(b)))
    if (kind === 'year') order.reverse()
    field[kind].length = 1
    for (const value of order) field[kind].add(new Option(`${title(value)} (${counts[value]})`, value))
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
const card = (paper, id) => {
  const item = part('result').content.firstElementChild.cloneNode(true)
  const [kicker, by, text] = item.querySelectorAll('p'), time = item.querySelector('time')
  const { title, authors, organisation, date, comments } = paper.meta
  const topics = papers[id].topic.map(key => make('a', titles.topic.get(key), { href: `${base}/topics/${key}/` }))
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
  const cards = loaded.map((paper, i) => card(paper, next[i].id))
  if (!shown) list.replaceChildren()
  list.append(...cards)
  shown += cards.length
  part('more').hidden = shown >= found.length
  return cards[0]
}

const show = async () => {
  const mine = ++turn, text = field.q.value.trim(), filtered = Object.values(chosen).some(Boolean)
  // Asked for nothing, Pagefind loads every index as a whole: only where filters alone choose.
  const exact = text ? await find(text) : filtered ? listed ||= (await ask(null)).sort(newest) : all
  const results = exact.length ? exact : await closest(text)
  if (mine !== turn) return
  offer(results)
  found = text || filtered ? results.filter(({ id }) => passes(id)) : []
  if (field.sort.value) found.sort(newest)
  shown = 0
  await more()
  if (mine !== turn) return
  part('plain').hidden = results.length && (text || filtered)
  const number = count(found.length, 'paper')
  part('status').textContent =
    !results.length ? 'No paper has any of these words.'
    : filtered && !found.length ? `No paper under these filters, ${count(results.length, 'paper')} without them.`
    : !exact.length ? `No paper has all these words. The closest: ${number}.`
    : text || filtered ? number : ''
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

const start = async () => {
  const answer = await fetch(`${base}/pagefind/facets.json`, { cache: 'no-cache' })
  const facets = await answer.json()
  const [first, ...others] = facets.parts.map(part => `${base}/pagefind/${part}/`)
  pagefind = await import(`${first}pagefind.js`)
  titles.topic = new Map(facets.topics)
  titles.organisation = new Map(facets.organisations)
  await pagefind.options({ basePath: first, baseUrl: `${base}/` })
  await Promise.all(others.map(part => pagefind.mergeIndex(part, { baseUrl: `${base}/` })))
  await pagefind.init()
  all = facets.papers.map(([name, day, topics, organisations, key]) => {
    if (key) twins.add(name)
    const id = key ? `${name}${base}/papers/${key}/` : name
    papers[id] = {
      day,
      year: [day.slice(0, 4)],
      topic: topics.map(i => facets.topics[i][0]),
      organisation: organisations.map(i => facets.organisations[i][0])
    }
    return { id }
  })
  part('facets').hidden = false
  form.onsubmit = event => {
    if (!broken) event.preventDefault()
    go('pushState')
  }
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
