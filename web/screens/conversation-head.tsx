// Above a conversation: what it is called, who answers, and what can be done with it.

import { Ellipsis } from 'lucide-react'
import type { Thread } from '../../src/client/client.ts'
import { rename, restore, titleOf } from '../threads/deeds.ts'
import { PersonaPicker } from '../threads/persona-picker.tsx'
import { RenameField } from '../threads/rename-field.tsx'
import { threadItems } from '../threads/thread-items.tsx'
import { Button } from '../ui/button.tsx'
import { IconButton } from '../ui/icon-button.tsx'
import { Menu } from '../ui/menu.tsx'

type ConversationHeadProps = { thread: Thread; isRenamed: boolean; onRename: (isRenamed: boolean) => void }

export function ConversationHead({ thread, isRenamed, onRename }: ConversationHeadProps) {
  const done = (title: string | null) => {
    if (title !== null) void rename(thread, title)
    onRename(false)
  }
  return (
    <>
      {isRenamed ? (
        <RenameField title={thread.title ?? ''} onDone={done} />
      ) : (
        <h1
          className="conversation-title"
          dir="auto"
          data-untitled={thread.title === null ? '' : undefined}
          onDoubleClick={() => onRename(true)}
        >
          {titleOf(thread)}
        </h1>
      )}
      {thread.binned ? (
        <Button size="small" onClick={() => void restore(thread)}>
          Restore
        </Button>
      ) : (
        <PersonaPicker thread={thread} />
      )}
      <Menu
        label="What to do with this conversation"
        trigger={
          <IconButton label="More about this conversation">
            <Ellipsis size={18} />
          </IconButton>
        }
        items={threadItems(thread, { onRename: () => onRename(true) })}
      />
    </>
  )
}
