/** Who or what is traced. A bare name may be that of a person or of a role: both are looked for. */
export type Subject =
  | { readonly kind: 'name'; readonly name: string }
  /** ARN of a user or of a session: exactly this one. */
  | { readonly kind: 'arn'; readonly arn: string }
  /** ARN of a role: whoever assumed it, and what its sessions did. */
  | { readonly kind: 'role'; readonly arn: string }
  | { readonly kind: 'key'; readonly id: string };
