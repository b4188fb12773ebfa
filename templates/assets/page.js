// Two comforts: "/" goes to the search field, and BibTeX can be copied.
(() => {
  const make = (tag, more) => Object.assign(document.createElement(tag), more)
  const field = document.getElementById('q')

  addEventListener('keydown', event => {
    const { key, ctrlKey, metaKey, altKey, target } = event
    if (key !== '/' || ctrlKey || metaKey || altKey || !field || target.matches('input, select')) return
    event.preventDefault()
    field.select()
  })

  for (const text of document.querySelectorAll('[data-copy]')) {
    if (!navigator.clipboard) return
    const button = make('button', { textContent: 'Copy BibTeX' })
    const said = make('span', { role: 'status' })
    const say = words => { said.textContent = words }
    button.onclick = () => navigator.clipboard.writeText(text.textContent)
      .then(() => say('Copied'), () => say('Not allowed: select it'))
      .then(() => setTimeout(say, 4000, ''))
    const line = make('p', { className: 'copy' })
    line.append(button, said)
    text.after(line)
  }
})()
