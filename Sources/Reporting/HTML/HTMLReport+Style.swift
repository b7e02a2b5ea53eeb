extension HTMLReport {
  /// Light and dark by what the reader's system prefers; nothing is wider than the window, tables scroll in themselves.
  static let style = """

    :root{--ink:#1c1e21;--soft:#5b616b;--line:#c9ced6;--page:#fff;--stripe:#f4f5f7;--link:#0b57b8}
    @media (prefers-color-scheme:dark){
    :root{--ink:#e4e6ea;--soft:#a3aab5;--line:#434a55;--page:#15181c;--stripe:#1e2228;--link:#82b4ff}}
    *{box-sizing:border-box}
    body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;
    color:var(--ink);background:var(--page);overflow-wrap:anywhere}
    h1{font-size:1.7rem;line-height:1.25}
    h2{margin-top:2.5rem;border-bottom:1px solid var(--line)}
    h2,h3{line-height:1.3;scroll-margin-top:1rem}
    p{max-width:48rem}
    a{color:var(--link)}
    nav{border:1px solid var(--line);border-radius:.4rem;padding:.6rem 1rem;max-width:48rem}
    nav ul{margin:.4rem 0 0;padding-left:1.2rem}
    nav .level-3{margin-left:1.2rem}
    summary{cursor:pointer;font-weight:600}
    .table{overflow-x:auto;margin:1rem 0;max-width:100%}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem}
    th,td{padding:.25rem .7rem;text-align:left;vertical-align:top;overflow-wrap:normal}
    th{border-bottom:1px solid var(--soft);vertical-align:bottom}
    td:not(.number){overflow-wrap:anywhere;min-width:6rem;max-width:32rem}
    .number{text-align:right}
    td.number{white-space:nowrap}
    tr{background:var(--page)}
    tbody tr:nth-child(even of :not([hidden])){background:var(--stripe)}
    th button{all:unset;cursor:pointer;font-weight:inherit}
    th button:focus-visible{outline:2px solid var(--link)}
    th[aria-sort=ascending] button::after{content:" ▲"}
    th[aria-sort=descending] button::after{content:" ▼"}
    th input{display:block;width:100%;min-width:4rem;margin-top:.2rem;font:inherit;font-weight:400;
    color:inherit;background:var(--page);border:1px solid var(--line);border-radius:.2rem}
    figure{margin:1.5rem 0}
    figure label{display:block;max-width:100%;width:fit-content;cursor:zoom-in}
    figure input{position:absolute;opacity:0;pointer-events:none}
    figure input:focus-visible+img{outline:3px solid var(--link)}
    img{display:block;width:min(1px*var(--w),36rem*var(--w)/var(--h));max-width:100%;height:auto;background:#fff}
    label:has(:checked){position:fixed;inset:0;z-index:1;width:auto;display:grid;place-items:safe center;
    overflow:auto;cursor:zoom-out;background:var(--page)}
    :checked+img{max-width:none;width:max(1px*var(--w),min(100vw,100vh*var(--w)/var(--h)))}
    :checked+.pixels{image-rendering:pixelated}
    figcaption{color:var(--soft);font-size:.9rem;margin-top:.3rem;max-width:48rem}
    .files{columns:18rem;padding-left:1.2rem}
    @media (max-width:44rem){
    body{margin-top:1rem}
    h1{font-size:1.4rem}
    th,td{padding:.2rem .4rem}
    th:first-child,td:first-child{position:sticky;left:0;background:inherit;min-width:8rem;max-width:9rem;
    border-right:1px solid var(--line)}}
    @media print{
    :root{--ink:#000;--soft:#333;--line:#999;--page:#fff;--stripe:#f2f2f2;--link:#000}
    body{margin:0;max-width:none;padding:0;font-size:10pt}
    nav,th input{display:none}
    .table{overflow:visible}
    table{font-size:7.5pt}
    th,td{padding:.1rem .3rem}
    td:not(.number){min-width:0}
    figure,tr{break-inside:avoid}
    h2,h3{break-after:avoid}
    img{max-height:22cm;width:auto}
    th[aria-sort] button::after{content:""}
    a{text-decoration:none}}

    """
}
