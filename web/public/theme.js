// Runs before the first paint, so that a dark page does not begin with a white one. web/theme.ts writes what is read here.
{
  const theme = localStorage.getItem('threadkeep.theme')
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme
}
