/** English texts around one conversation: starting it, writing, what protects it, its details. */
export const enConversation = {
  compose: {
    title: 'New conversation',
    text: 'Enter the address of a person or an agent. A link or the text of a verification code works too.',
    address: 'Address',
    placeholder: 'name.issuer, such as {{example}}',
    looking: 'Looking up {{aid}}…',
    found: 'Found. Messages to {{aid}} will be end-to-end encrypted.',
    foundNoKeys:
      '{{aid}} exists but has not set up encryption yet. You can write now: your message is kept here and sent when they have.',
    notFound: 'Nobody has the address {{aid}} on this network. Check the spelling.',
    self: 'This is your own address. It opens your notes to self.',
    open: 'Open conversation',
    fromLink: 'From the link: {{aid}}.',
    fromCode: 'From the verification code: {{aid}}. Next you compare it.',
    openAnyway: 'Open anyway',
  },
  composer: {
    label: 'Message to {{name}}',
    placeholder: 'Write a message…',
    placeholderAs: 'Write as {{name}}…',
    placeholderSelf: 'Write a note…',
    placeholderSelfAs: 'Write a note as {{name}}…',
    send: 'Send',
    writingAs: 'Writing as {{name}}',
    chooseIdentity: 'Writing as {{name}}. Choose another identity',
    identities: 'Write to {{name}} as',
    identitiesSelf: 'Write a note as',
    identitiesHint: 'What you have typed stays in this conversation.',
    tooLong: 'This text is too long for one message. Shorten it, or send it in parts.',
    nearLimit: '{{percent}}% of the longest message',
    blockedHint: 'This identity can’t send until the notice above is settled. What you write is kept.',
    sendFailed: 'Not sent: {{reason}} Your text is back in the field.',
  },
  security: {
    encrypted: 'Encrypted · not yet verified',
    verified: 'Encrypted · verified',
    unknown: 'Always encrypted; keys are fetched when you write',
    no_keys: 'Always encrypted; {{name}} has not set up encryption yet',
    keys_changed: 'Keys changed: review',
    keysChangedOn: 'Keys changed on {{date}}: review',
    revoked: 'Certificate revoked: nothing is sent',
    securing: 'Securing…',
    securingText:
      'A new key is being made, or is on its way to this computer. What you write waits until it is here.',
    certificate_unusable: 'Certificate can’t be used now: nothing is sent',
    self: 'Encrypted on this computer',
    title: 'How this conversation is protected',
    encryptedText:
      'Each message is locked on this computer for the recipient’s devices and unlocked only there. The network in between carries it and can’t read it.',
    verifiedText:
      'You compared the safety number, so the key is really that of {{name}}. Parley tells you when it changes.',
    notVerifiedText:
      'The network vouches for the key of {{name}}. To be sure yourself, compare the safety number with them once.',
    unknownText:
      'Parley sends nothing in this conversation that is not encrypted. It asks the network for the recipient’s keys when you write the first message.',
    noKeysText:
      '{{name}} has not published keys yet. Your messages wait on this computer and leave, encrypted, as soon as the keys are there.',
    keysChangedText:
      'The keys of {{name}} are not the ones you know. That happens after a new installation, and it is also how an impostor would look. Compare the safety number over another channel before you go on.',
    revokedText:
      'The certificate of {{name}} was revoked: its key may have fallen into other hands, or they gave it up. Your messages wait on this computer until they have a new one.',
    certificateUnusableText:
      'The certificate of {{name}} is out of date or could not be checked. Your messages wait on this computer and are tried again by themselves.',
    forwardText:
      'Devices change their receiving keys every hour and destroy the old ones after about a week. Keys stolen later do not open messages from before that.',
  },
  details: {
    title: 'Details',
    fingerprintNone: 'Not known yet.',
    presence: 'Presence',
    presenceOnline: 'Online now',
    presenceOffline: 'Not online',
    lookupFailed: 'Could not ask the network.',
    protection: 'Protection',
    heal: 'Try unreadable messages again',
    searchHere: 'Search in this conversation',
  },
} as const;
