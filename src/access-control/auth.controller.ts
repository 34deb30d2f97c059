import { Body, Controller, Get, Post, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { AnswersSecret, Open } from '../platform/http/index.js';
import { FirstAdministrator } from './operations/first-administrator.js';

/**
 * The page behind the one-time link. The secret is in the fragment, which no server log and no Referer ever sees, and
 * opening the page changes nothing: mail scanners and previews open links.
 */
const PAGE = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Mandate: first administrator</title>
<link rel="stylesheet" href="/api/v1/auth/first-administrator/style.css">
<main><h1>Become the first administrator</h1>
<p>This makes an API token with the role <strong>admin</strong>, valid for 90 days. It is shown once. With it you give the other roles to other people.</p>
<form id="redeem"><button type="submit">Make my token</button></form>
<p id="outcome" role="status" aria-live="polite"></p>
<noscript>This page needs JavaScript. You can also send <code>{"secret": "..."}</code>, the part of the link after #, by POST to this address.</noscript></main>
<script src="/api/v1/auth/first-administrator/script.js"></script></html>`;
const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f6f7f9;color:#16181d}main{max-width:40rem;margin:10vh auto;padding:2rem;background:#fff;border:1px solid #d5d9e0;border-radius:8px}
button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:6px;background:#1d4ed8;color:#fff;cursor:pointer}button:disabled{background:#5b6475}code{word-break:break-all;background:#eef1f6;padding:.15rem .3rem;border-radius:4px}
@media (prefers-color-scheme:dark){body{background:#101318;color:#e8eaf0}main{background:#181c23;border-color:#343b47}code{background:#262c37}}`;
const SCRIPT = `const form=document.getElementById('redeem'),out=document.getElementById('outcome');
form.addEventListener('submit',async(event)=>{event.preventDefault();const button=form.querySelector('button');button.disabled=true;
const answer=await fetch(location.pathname,{method:'POST',headers:{'content-type':'application/json'},body:JSON.stringify({secret:location.hash.slice(1)})});
const body=await answer.json();out.textContent='';
if(answer.ok){history.replaceState(null,'',location.pathname);form.remove();out.append('Your token, shown this once: ');const code=document.createElement('code');code.textContent=body.token;out.append(code);}
else{out.textContent=body.detail;button.disabled=false;}});`;

const redemption = z.strictObject({ secret: z.string().min(20).max(200) });

@ApiExcludeController()
@Controller('auth/first-administrator')
export class AuthController {
  constructor(private readonly firstAdministrator: FirstAdministrator) {}

  @Get()
  @Open()
  page(@Res() reply: FastifyReply): void {
    void reply.type('text/html; charset=utf-8').send(PAGE);
  }

  @Get('style.css')
  @Open()
  style(@Res() reply: FastifyReply): void {
    void reply.type('text/css').send(STYLE);
  }

  @Get('script.js')
  @Open()
  script(@Res() reply: FastifyReply): void {
    void reply.type('text/javascript').send(SCRIPT);
  }

  @Post()
  @Open()
  @AnswersSecret()
  async redeem(@Body({ schema: redemption }) body: { secret: string }): Promise<{ token: string; expiresAt: string }> {
    const { token, expiresAt } = await this.firstAdministrator.redeem(body.secret);
    return { token, expiresAt: expiresAt.toISOString() };
  }
}
