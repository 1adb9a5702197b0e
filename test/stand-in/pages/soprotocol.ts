/** Where `contact.main?contact_id=5` or `browser.some_window` leads, below the tenant's root; null when we have no such place. */
export function soprotocolPath(text: string): string | null {
  const browser = /^browser\.([\w.-]+)$/.exec(text)?.[1];
  if (browser !== undefined) return `panel/${browser}`;
  const place = /^(contact|person|project)(?:\.[\w.[\]=]*)?(?:\?(.*))?$/.exec(text);
  if (!place) return null;
  const [, type = '', query = ''] = place;
  const id = new URLSearchParams(query).get(`${type}_id`);
  return id !== null && /^[1-9]\d*$/.test(id) ? `${type}/${id}` : type;
}
