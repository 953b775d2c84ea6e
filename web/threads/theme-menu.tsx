// Light, dark, or as the system has it.

import { Monitor, Moon, Sun } from 'lucide-react'
import { setTheme, type Theme, themes, useTheme } from '../theme.ts'
import { IconButton } from '../ui/icon-button.tsx'
import { Menu } from '../ui/menu.tsx'

const looks: Record<Theme, { label: string; Icon: typeof Sun }> = {
  system: { label: 'As the system has it', Icon: Monitor },
  light: { label: 'Light', Icon: Sun },
  dark: { label: 'Dark', Icon: Moon },
}

export function ThemeMenu() {
  const theme = useTheme()
  const { Icon: Chosen } = looks[theme]
  const items = themes.map((one) => {
    const { label, Icon } = looks[one]
    return { label, icon: <Icon size={16} />, checked: one === theme, onSelect: () => setTheme(one) }
  })
  return (
    <Menu
      label="Light or dark"
      trigger={
        <IconButton label="Light or dark">
          <Chosen size={18} />
        </IconButton>
      }
      items={items}
    />
  )
}
