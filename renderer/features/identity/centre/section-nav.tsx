import { ArchiveRestore, KeySquare, Network, ShieldCheck, TriangleAlert, UserRound } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Account } from '../../../../shared/model/account';
import { identitySections, type IdentitySection } from '../../../stores/view-store';
import { attentionSection } from '../open-identity';

const icons = {
  profile: UserRound,
  security: ShieldCheck,
  keys: KeySquare,
  backup: ArchiveRestore,
  connection: Network,
  danger: TriangleAlert,
} as const satisfies Record<IdentitySection, unknown>;

const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };

/** The list of sections: tabs, of which the arrow keys choose. */
export function SectionNav(props: {
  readonly account: Account;
  readonly section: IdentitySection;
  readonly onSection: (section: IdentitySection) => void;
}) {
  const { t } = useTranslation();
  const wanting = new Set(props.account.attention.map((found) => attentionSection[found]));
  const onKeyDown = (key: KeyboardEvent<HTMLElement>): void => {
    const step = steps[key.key];
    if (step === undefined) return;
    const index = identitySections.indexOf(props.section) + step + identitySections.length;
    const next = identitySections[index % identitySections.length];
    if (next === undefined) return;
    key.preventDefault();
    props.onSection(next);
    document.getElementById(`identity-tab-${next}`)?.focus();
  };
  return (
    <div
      className="centre__nav"
      role="tablist"
      aria-orientation="vertical"
      aria-label={t('identity.sections')}
      onKeyDown={onKeyDown}
    >
      {identitySections.map((section) => {
        const Icon = icons[section];
        const chosen = section === props.section;
        return (
          <button
            key={section}
            type="button"
            role="tab"
            id={`identity-tab-${section}`}
            aria-selected={chosen}
            aria-controls="identity-panel"
            tabIndex={chosen ? 0 : -1}
            className="centre__tab"
            onClick={() => props.onSection(section)}
            data-testid={`identity-tab-${section}`}
          >
            <Icon size={17} strokeWidth={1.75} aria-hidden />
            <span className="centre__tab-words">{t(`identity.${section}`)}</span>
            {wanting.has(section) && (
              <span className="centre__badge">
                <span className="visually-hidden">{t('identity.wantsLook')}</span>
              </span>
            )}
          </button>
        );
      })}
    </div>
  );
}
