/** What somebody wrote below the fields of their profile. */
export function ProfileBody(props: { readonly text: string }) {
  return <p className="profile-body__plain">{props.text}</p>;
}
