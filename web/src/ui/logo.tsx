/** A mount with its picture, underlined by the editor's grease pencil. */
export function Logo({ className = "size-8" }: { className?: string }) {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className={className}>
      <rect width="32" height="32" rx="7" className="fill-ink" />
      <path d="M7 22V8h4l5 7 5-7h4v14h-4v-7.6l-5 6.8-5-6.8V22z" className="fill-paper" />
      <path d="M7 26h18" stroke="#e5482d" strokeWidth="2.4" strokeLinecap="round" />
    </svg>
  );
}
