/** Invitations that somebody opened in this browser, kept until they came with them. */

const PLACE = "lore:invitation:";

export function keepInvitation(community: string, secret: string): void {
  localStorage.setItem(PLACE + community, secret);
}

export function invitationTo(community: string): string | null {
  return localStorage.getItem(PLACE + community);
}

export function dropInvitation(community: string): void {
  localStorage.removeItem(PLACE + community);
}
