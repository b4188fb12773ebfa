// What every page can do beyond being read: save papers in this browser, be steered by keys, copy citations.
// Papers are kept in local storage; nothing is sent anywhere.
const saved = (() => {
  const { base, worker } = document.documentElement.dataset
  const PLACE = `reading-list:${base}`, KEYS = `keys:${base}`, VERSION = 1
  const NAME = /^[a-z0-9]+(-[a-z0-9]+)*$/
  const make = (tag, more, ...inner) => {
    const made = Object.assign(document.createElement(tag), more)
    made.append(...inner)
    return made
  }
  const text = (value, most = 500) => typeof value === 'string' ? value.slice(0, most) : ''

  // --- the store: {version, papers: {key: {title, by, date, saved, read, note}}} ---

  // Whatever stands there, only what has the form of a saved paper is taken from it.
  const sound = papers => Object.fromEntries(
    Object.entries(papers && typeof papers === 'object' && !Array.isArray(papers) ? papers : {})
      .filter(([key, paper]) => NAME.test(key) && key.length <= 100 && paper && typeof paper === 'object')
      .map(([key, { title, by, date, saved, read, note }]) => [key, {
        title: text(title) || key, by: text(by), date: /^\d{4}-\d\d-\d\d$/.test(date) ? date : '',
        saved: Number.isFinite(saved) ? saved : 0, read: read === true, note: text(note, 20000)
      }])
  )
  const parse = json => {
    const { version, papers } = JSON.parse(json)
    if (version !== VERSION) throw new Error('another version')
    return sound(papers)
  }
  const all = () => {
    try {
      const json = localStorage.getItem(PLACE)
      if (!json) return {}
      try {
        return parse(json)
      } catch {
        localStorage.setItem(`${PLACE}:damaged`, json) // kept aside, for whoever can read it
        localStorage.removeItem(PLACE)
        return {}
      }
    } catch {
      return {} // a browser that keeps nothing
    }
  }
  const put = papers => {
    try {
      localStorage.setItem(PLACE, JSON.stringify({ version: VERSION, papers }))
      dispatchEvent(new Event('saved'))
      return true
    } catch {
      say('This browser does not let the page keep anything, or its space is full.')
      return false
    }
  }
  const change = (key, more) => {
    const papers = all()
    if (more) papers[key] = { ...papers[key], ...more }
    else delete papers[key]
    return put(sound(papers))
  }

  // --- a word to the reader, also to those who listen ---

  const told = make('p', { className: 'told', role: 'status' })
  let silence
  const say = (words, ...more) => {
    clearTimeout(silence)
    told.replaceChildren(words, ...more)
    silence = setTimeout(() => told.replaceChildren(), 8000)
  }
  document.body.append(told)

  // --- save buttons ---

  const about = holder => ({
    title: holder.dataset.title || holder.querySelector('h1, .title')?.textContent.trim(),
    by: holder.querySelector('[data-authors]')?.dataset.authors ||
      holder.querySelector('p.by, p.authors')?.textContent.trim().replace(/\s+/g, ' ') || '',
    date: holder.dataset.date || holder.querySelector('time')?.dateTime
  })
  const toggle = holder => {
    const { key } = holder.dataset, { [key]: was } = all()
    if (!was) {
      if (change(key, { ...about(holder), saved: Date.now() })) say('Saved to the reading list.')
    } else if (change(key)) {
      const undo = make('button', { type: 'button', textContent: 'Undo', onclick: () => change(key, was) })
      say(`${was.title} is taken out. `, undo)
      if (!holder.isConnected) undo.focus() // its row is gone, and the focus with it
    }
  }
  const offer = holder => {
    const button = make('button', { type: 'button', className: 'save', onclick: () => toggle(holder) })
    const head = holder.querySelector('header')
    const place = holder.querySelector('.links, .meta') ||
      (head || holder).appendChild(make('ul', { className: head ? 'links' : 'meta' }))
    place.append(make('li', {}, button))
    const show = () => {
      const held = holder.dataset.key in all()
      button.setAttribute('aria-pressed', held)
      button.textContent = held ? 'Saved' : 'Save'
    }
    addEventListener('saved', show)
    show()
  }
  const titled = document.querySelectorAll('[data-key]')
  titled.forEach(offer)
  addEventListener('storage', ({ key }) => key === PLACE && dispatchEvent(new Event('saved')))

  // --- keys ---

  const LINES = [
    ['j', 'next paper', () => step(1)],
    ['k', 'paper before', () => step(-1)],
    ['o', 'open it', () => current()?.click()],
    ['s', 'save it, or take it out', () => {
      const link = current()
      const holder = link ? link.closest('.card[data-key]') : document.querySelector('.paper[data-key]')
      if (holder) toggle(holder)
      else say(link ? 'Open it to save it.' : 'Go to a paper to save it.')
    }],
    ['[', 'earlier', () => turn('prev')],
    [']', 'later', () => turn('next')],
    ['/', 'search', () => document.getElementById('q')?.select()],
    ['?', 'these keys', () => help()]
  ]
  const links = () => [...document.querySelectorAll('main :is(.title, .lines > li) a:first-of-type')]
    .filter(link => link.checkVisibility())
  const current = () => links().find(link => link === document.activeElement)
  const step = by => {
    const found = links(), at = found.indexOf(document.activeElement)
    const next = found[at < 0 ? (by > 0 ? 0 : -1) : at + by]
    next?.focus()
    next?.scrollIntoView({ block: 'nearest' })
  }
  const turn = way => {
    const link = document.querySelector(`link[rel=${way}], a[rel=${way}]`)
    if (link) location = link.href
    else say(way === 'prev' ? 'Nothing earlier from here.' : 'Nothing later from here.')
  }
  const off = () => {
    try { return localStorage.getItem(KEYS) === 'off' } catch { return false }
  }
  const help = () => {
    let dialog = document.getElementById('keys')
    if (!dialog) {
      const onoff = make('input', { type: 'checkbox', checked: !off() })
      onoff.onchange = () => {
        try { localStorage.setItem(KEYS, onoff.checked ? 'on' : 'off') } catch { say('This is not kept.') }
      }
      dialog = make('dialog', { id: 'keys' },
        make('h2', { textContent: 'Keys' }),
        make('dl', {}, ...LINES.map(([key, what]) =>
          make('div', {}, make('dt', {}, make('kbd', { textContent: key })), make('dd', { textContent: what })))),
        make('p', {}, make('label', {}, onoff, ' Keys are on')),
        make('form', { method: 'dialog' }, make('button', { textContent: 'Close' })))
      dialog.setAttribute('aria-labelledby', 'keys-title')
      dialog.firstChild.id = 'keys-title'
      document.body.append(dialog)
    }
    dialog.showModal()
  }
  addEventListener('keydown', event => {
    const { key, ctrlKey, metaKey, altKey, target } = event
    const line = LINES.find(([name]) => name === key)
    if (!line || ctrlKey || metaKey || altKey || event.isComposing) return
    if (target.closest('input, select, textarea, dialog, [popover], [contenteditable]') || off()) return
    event.preventDefault()
    line[2]()
  })
  document.querySelector('.foot ul')?.append(
    make('li', {}, make('button', { type: 'button', className: 'plain', textContent: 'Keys', onclick: help })))

  // --- citations ---

  for (const source of document.querySelectorAll('[data-copy]')) {
    if (!navigator.clipboard) break
    const button = make('button', { type: 'button', textContent: `Copy ${source.dataset.copy || 'BibTeX'}` })
    const done = make('span', { role: 'status' })
    const tell = words => { done.textContent = words }
    button.onclick = () => navigator.clipboard.writeText(source.textContent)
      .then(() => tell('Copied'), () => tell('Not allowed: select it'))
      .then(() => setTimeout(tell, 4000, ''))
    source.after(make('p', { className: 'copy' }, button, done))
  }

  // --- pages that were read stay readable offline; a preview keeps none ---

  if (navigator.serviceWorker) {
    if (document.querySelector('script[src*="/@preview/"]')) {
      navigator.serviceWorker.getRegistration(`${base}/`).then(held => held?.unregister())
    } else if (worker) {
      navigator.serviceWorker.register(worker, { scope: `${base}/` }).catch(() => {})
    }
  }
  return { all, put, change, toggle, offer, parse, say, make, base, NAME, VERSION }
})()
