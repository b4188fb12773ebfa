// Comments by giscus: a frame of giscus.app, asked for only on a click, and none of its scripts.
(() => {
  const place = document.querySelector('[data-giscus]'), host = 'https://giscus.app', KEPT = 'giscus-session'
  const make = (tag, more) => Object.assign(document.createElement(tag), more)
  const here = new URL(location), given = here.searchParams.get('giscus')
  here.searchParams.delete('giscus')
  here.hash = ''

  // Who signed in at GitHub comes back with a session in the address, which is not left there.
  const session = () => {
    try {
      if (given) localStorage.setItem(KEPT, JSON.stringify(given))
      return given || JSON.parse(localStorage.getItem(KEPT)) || ''
    } catch {
      return given || ''
    }
  }
  const load = () => {
    const { repo, repoId, category, categoryId, term } = place.dataset
    const asked = new URLSearchParams({
      origin: here, session: session(), theme: 'preferred_color_scheme', reactionsEnabled: 1, emitMetadata: 0,
      inputPosition: 'bottom', strict: 1, repo, repoId, category, categoryId, term
    })
    const frame = make('iframe', { title: 'Comments', className: 'comments', src: `${host}/en/widget?${asked}` })
    place.replaceChildren(frame)
    addEventListener('message', ({ origin, source, data }) => {
      if (origin !== host || source !== frame.contentWindow || !data.giscus) return
      const { resizeHeight, signOut } = data.giscus
      if (resizeHeight) frame.style.height = `${Number(resizeHeight)}px`
      if (signOut) localStorage.removeItem(KEPT)
    })
    frame.focus()
  }
  const button = make('button', { type: 'button', textContent: 'Load the comments', onclick: load })
  place.append(button)
  if (given) {
    history.replaceState(null, '', here)
    load()
  }
})()
