// The reading list: what was saved, or what somebody's address names.
(() => {
  const { all, put, change, toggle, offer, parse, say, make, base, NAME, VERSION } = saved
  const part = id => document.getElementById(id)
  const list = part('saved'), shared = part('shared'), form = part('tools')
  const count = number => `${number} ${number === 1 ? 'paper' : 'papers'}`
  const link = (key, title) => make('a', { href: `${base}/papers/${key}/`, textContent: title })
  const day = date => new Date(date).toLocaleDateString('en-GB', { dateStyle: 'long', timeZone: 'UTC' })

  const item = (key, { title, by, date, read, note }) => {
    const mark = make('input', { type: 'checkbox', checked: read })
    mark.onchange = () => {
      change(key, { read: mark.checked })
      const again = list.querySelector(`[data-key="${key}"] input`) || form.elements.unread // where the focus was
      again.focus()
    }
    const words = make('textarea', { value: note, rows: 1, placeholder: 'A note' })
    words.setAttribute('aria-label', `Note on ${title}`)
    words.oninput = () => {
      writing = true // before the change, which is shown at once
      change(key, { note: words.value })
    }
    words.onblur = () => { writing = false }
    const out = make('button', { type: 'button', textContent: 'Take out', onclick: () => toggle(row) })
    out.setAttribute('aria-label', `Take out ${title}`)
    const about = make('p', { className: 'by', textContent: [by, date && day(date)].filter(Boolean).join(' · ') })
    const row = make('li', { className: `card${read ? ' read' : ''}` },
      make('h2', { className: 'title' }, link(key, title)), about,
      make('div', { className: 'row' }, make('label', {}, mark, ' Read'), words, out))
    row.dataset.key = key
    return row
  }

  // While somebody writes a note, the list is not built anew under their hands.
  let writing = false
  const ordered = () =>
    Object.entries(all()).sort(([a, one], [b, other]) => other.saved - one.saved || a.localeCompare(b))
  const show = () => {
    const papers = ordered()
    const wanted = papers.filter(([, paper]) => !form.elements.unread.checked || !paper.read)
    part('count').textContent = papers.length
      ? `${count(papers.length)}, ${papers.filter(([, paper]) => !paper.read).length} unread` : ''
    part('none').hidden = papers.length > 0
    form.hidden = papers.length === 0
    if (!writing) list.replaceChildren(...wanted.map(([key, paper]) => item(key, paper)))
  }

  // --- out and in ---

  const download = (name, type, content) => {
    const address = URL.createObjectURL(new Blob([content], { type }))
    make('a', { href: address, download: name }).click()
    setTimeout(() => URL.revokeObjectURL(address), 60000)
  }
  const asked = async (keys, ending) => {
    const answers = {}, waiting = [...keys]
    await Promise.all(Array.from({ length: 6 }, async () => {
      for (let key; key = waiting.shift();) {
        const answer = await fetch(`${base}/papers/${key}.${ending}`).catch(() => null)
        if (answer?.ok) answers[key] = await answer.text()
      }
    }))
    return keys.filter(key => key in answers).map(key => [key, answers[key]])
  }
  part('as-json').onclick = () => download('reading-list.json', 'application/json',
    JSON.stringify({ version: VERSION, site: `${location.origin}${base}/`, papers: all() }, null, 1))
  part('as-bibtex').onclick = async () => {
    const keys = Object.keys(all()), found = await asked(keys, 'bib')
    if (found.length) download('reading-list.bib', 'text/x-bibtex', found.map(([, entry]) => entry.trim()).join('\n\n') + '\n')
    if (found.length < keys.length) say(`Without ${count(keys.length - found.length)} that cannot be reached just now.`)
  }
  part('share').onclick = async () => {
    const address = `${location.origin}${base}/reading-list/#papers=${ordered().map(([key]) => key).join(',')}`
    try {
      await navigator.clipboard.writeText(address)
      say('The address is copied. It names the papers, without your notes.')
    } catch {
      say('Copy this address: ', make('input', { value: address, readOnly: true, ariaLabel: 'Address' }))
    }
  }
  const merge = news => {
    const mine = all()
    for (const [key, paper] of Object.entries(news)) {
      const { read, note, saved } = mine[key] || {}
      mine[key] = { ...paper, ...mine[key], read: read || paper.read, note: note || paper.note, saved: saved || paper.saved }
    }
    return put(mine)
  }
  part('file').onchange = async ({ target }) => {
    try {
      const news = parse(await target.files[0].text())
      const before = Object.keys(all()).length
      if (merge(news)) say(`${count(Object.keys(news).length)} read, ${Object.keys(all()).length - before} of them new.`)
    } catch {
      say('This file is not a reading list that was exported here.')
    }
    target.value = ''
  }

  // --- somebody's list, named by the address ---

  const open = async () => {
    const named = new URLSearchParams(location.hash.slice(1)).get('papers') || ''
    const wanted = [...new Set(named.split(','))].filter(key => NAME.test(key)), keys = wanted.slice(0, 500)
    if (!named && location.hash) return // the way to the content, not to another list
    shared.hidden = !named
    if (!named) return
    const found = (await asked(keys, 'json')).flatMap(([key, json]) => {
      try {
        const [{ title, author = [], issued }] = JSON.parse(json)
        const names = author.map(({ literal, given, family }) => literal || [given, family].filter(Boolean).join(' '))
        const [year, month = 1, date = 1] = issued?.['date-parts']?.[0] || []
        const two = number => `${number}`.padStart(2, '0')
        return [[key, { title, by: names.slice(0, 3).join(', ') + (names.length > 3 ? ` and ${names.length - 3} more` : ''),
          date: year ? `${year}-${two(month)}-${two(date)}` : '' }]]
      } catch {
        return []
      }
    })
    part('shared-list').replaceChildren(...found.map(([key, { title, by, date }]) => {
      const holder = make('li', { className: 'card' }, make('h3', { className: 'title' }, link(key, title)),
        make('p', { className: 'by', textContent: by }))
      Object.assign(holder.dataset, { key, title, date })
      offer(holder)
      return holder
    }))
    const rest = wanted.length - found.length
    part('shared-count').textContent = found.length ? `It names ${count(found.length)}.` : 'None of its papers can be reached.'
    if (found.length && rest) part('shared-count').append(` ${rest} more ${rest === 1 ? 'is' : 'are'} left out.`)
    part('take').hidden = !found.length
    part('take').onclick = () => {
      const now = Date.now()
      const news = Object.fromEntries(found.map(([key, paper], i) => [key, { ...paper, saved: now - i, read: false, note: '' }]))
      if (merge(news)) say(`${count(found.length)} are in your list.`)
    }
  }

  form.elements.unread.onchange = show
  addEventListener('saved', show)
  addEventListener('hashchange', open)
  part('with-script').hidden = false
  show()
  open()
})()
