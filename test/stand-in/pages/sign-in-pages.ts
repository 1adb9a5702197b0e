import { html } from 'hono/html';
import type { AppRegistration } from '../registration.ts';
import type { SeedUser } from '../seed.ts';
import type { Tenant } from '../tenant.ts';
import { document } from './document.ts';
import type { Markup } from './document.ts';

/** Passwords do not exist here: one is who one says. */
export function signInPage(tenants: readonly Tenant[], returnTo: string): Markup {
  const choices = tenants.map(
    (tenant) => html`
      <h2>${tenant.seed.companyName} <span class="muted">${tenant.context}</span></h2>
      <ul class="people">
        ${tenant.users.map(
          (user) => html`
            <li>
              <button name="user" value="${tenant.context}:${user.associateId}" class="person">
                <span class="avatar" aria-hidden="true"
                  >${user.firstname.charAt(0)}${user.lastname.replace(/^de /, '').charAt(0)}</span
                >
                <span
                  ><strong>${user.firstname} ${user.lastname}</strong><br /><span class="muted"
                    >${describe(tenant, user)}</span
                  ></span
                >
              </button>
            </li>
          `,
        )}
      </ul>
    `,
  );
  return frame(
    'Sign in',
    html`
      <p class="muted">Choose who you are. This is a stand-in for SuperOffice: nobody has a password.</p>
      <form method="post" action="/login/session">
        <input type="hidden" name="returnTo" value="${returnTo}" />
        ${choices}
      </form>
    `,
  );
}

export function consentPage(app: AppRegistration, tenant: Tenant, user: SeedUser, returnTo: string): Markup {
  return frame(
    `${app.appName} asks for access`,
    html`
      <p>${app.authorizeText}</p>
      <p class="muted">
        You are ${user.firstname} ${user.lastname}, an administrator of ${tenant.seed.companyName}. You approve for all
        its users.
      </p>
      <form method="post" action="/login/consent" class="actions">
        <input type="hidden" name="returnTo" value="${returnTo}" />
        <button class="button primary" name="decision" value="approve">I approve</button>
        <button class="button" name="decision" value="deny">Cancel</button>
      </form>
    `,
  );
}

/** For everybody but administrators, as long as nobody has approved. */
export function refusalPage(app: AppRegistration, tenant: Tenant, user: SeedUser, back: string): Markup {
  const administrator = tenant.users.find((candidate) => candidate.functionRights.includes('admin-all'));
  return frame(
    `${app.appName} is not approved yet`,
    html`
      <p>
        ${user.firstname}, an administrator must approve ${app.appName} for ${tenant.seed.companyName} before you can
        use it. ${administrator ? html`Please ask ${administrator.firstname} ${administrator.lastname}.` : ''}
      </p>
      <p class="actions"><a class="button" href="${back}">Back to ${app.appName}</a></p>
    `,
  );
}

export function signInErrorPage(problem: string): Markup {
  return frame('You cannot be signed in', html`<p class="notice error" role="alert">${problem}</p>`);
}

function frame(title: string, body: Markup): Markup {
  return document({
    title,
    bodyClass: 'sign-in',
    body: html`<main class="card">
      <h1>${title}</h1>
      ${body}
    </main>`,
  });
}

function describe(tenant: Tenant, user: SeedUser): string {
  const group = tenant.seed.groups.find((candidate) => candidate.id === user.groupId)?.name ?? '';
  return user.licensed ? group : `${group}, no licence for ERP Sync`;
}
