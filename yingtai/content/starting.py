"""What a new template begins with: small, readable on a phone, with everything a marketing mail must have."""

STARTING_SUBJECT = 'A word from {{ brand.name }}, {{ person.first_name | default: "hello" }}'
STARTING_HTML = """<!doctype html>
<html>
<head><style>
  body { margin: 0; padding: 24px; background: #f6f7f9; color: #1f2937; }
  body, td { font-family: Arial, "PingFang SC", "Microsoft YaHei", sans-serif; }
  .button { display: inline-block; padding: 10px 18px; border-radius: 6px; background: #1f6feb; color: #ffffff; }
</style></head>
<body>
  <table role="presentation" width="100%" style="max-width:560px;margin:0 auto;background:#ffffff;border-radius:8px">
    <tr><td style="padding:32px">
      <h1 style="font-size:20px;margin:0 0 16px">Hello {{ person.first_name | default: "there" }},</h1>
      <p style="line-height:1.6">Write what you want to say here.</p>
      <p><a class="button" href="https://www.example.com/">See more</a></p>
    </td></tr>
    <tr><td style="padding:16px 32px;font-size:12px;color:#6b7280">
      You get this mail because you said yes to news from {{ brand.name }}.
      <a href="{{ unsubscribe_url }}" style="color:#6b7280">Unsubscribe</a> ·
      <a href="{{ view_url }}" style="color:#6b7280">View in the browser</a>
    </td></tr>
  </table>
</body>
</html>
"""
