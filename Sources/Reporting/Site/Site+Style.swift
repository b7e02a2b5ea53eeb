extension Site {
  /// Light and dark by what the reader's system prefers; nothing is wider than the window, tables scroll in themselves.
  static let style = """
    :root{color-scheme:light dark;--ink:#1c1e21;--soft:#5b616b;--line:#c9ced6;--page:#fff;--stripe:#f4f5f7;--link:#0b57b8}
    @media (prefers-color-scheme:dark){
    :root{--ink:#e4e6ea;--soft:#a3aab5;--line:#434a55;--page:#15181c;--stripe:#1e2228;--link:#82b4ff}}
    *{box-sizing:border-box}
    body{font:15px/1.5 system-ui,sans-serif;margin:0;color:var(--ink);background:var(--page);overflow-wrap:anywhere}
    header{position:sticky;top:0;z-index:2;display:flex;gap:.8rem;align-items:center;padding:.5rem 1rem;
    background:var(--page);border-bottom:1px solid var(--line)}
    .home{font-weight:600;flex:1;min-width:0;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
    .skip{position:absolute;left:-99rem}
    .skip:focus{left:1rem;top:.5rem;background:var(--page);padding:.2rem .5rem;z-index:3}
    input,select,button{font:inherit;color:inherit;background:var(--stripe);border:1px solid var(--line);
    border-radius:.3rem;padding:.25rem .6rem}
    select{max-width:100%}
    input[type=search]{width:min(22rem,50vw)}
    :focus-visible{outline:2px solid var(--link);outline-offset:1px}
    main:focus{outline:none}
    #found{position:fixed;z-index:2;top:3rem;right:1rem;width:min(26rem,calc(100vw - 2rem));max-height:70vh;overflow:auto;
    margin:0;padding:.4rem;list-style:none;background:var(--page);border:1px solid var(--line);border-radius:.3rem}
    #found a{display:block;padding:.15rem .4rem}
    [hidden]{display:none!important}
    main{max-width:110rem;margin:0 auto;padding:1rem}
    h1{font-size:1.5rem;line-height:1.25;margin:.4rem 0}
    h2{font-size:1.1rem;margin:1.8rem 0 .4rem}
    p{max-width:52rem;margin:.4rem 0}
    a{color:var(--link)}
    .facts,figcaption,dt{color:var(--soft)}
    figure{margin:.8rem 0}
    .strip{display:block;width:100%;height:5rem;border-bottom:1px solid var(--line)}
    .scale{white-space:nowrap}
    .scale i{display:inline-block;width:1rem;height:.7rem}
    .dot{display:inline-block;width:.7rem;height:.7rem;margin-left:.4rem;border:1px solid var(--line)}
    details{margin:.3rem 0;border-top:1px solid var(--line);padding-top:.3rem}
    summary{cursor:pointer;font-weight:600}
    .table{overflow-x:auto;max-width:100%}
    table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.92rem}
    th,td{padding:.15rem .8rem .15rem 0;text-align:left;overflow-wrap:normal}
    th{color:var(--soft);font-weight:500;border-bottom:1px solid var(--line)}
    .number{text-align:right;white-space:nowrap}
    .explored{font-weight:600}
    .module th{font-weight:600;border:0;color:inherit}
    .module button{padding:0 .4rem}
    .module button::before{content:'\\25BE  '}
    .module button[aria-expanded=false]::before{content:'\\25B8  '}
    .module+tbody td:first-child{padding-left:1.2rem}
    .tiles{display:grid;grid-template-columns:repeat(auto-fill,minmax(6.2rem,1fr));gap:.5rem;margin-top:.8rem}
    .tiles a{color:inherit;text-decoration:none;font-size:.82rem}
    .tiles img{display:block;width:100%;height:auto;border-radius:.2rem}
    .unit{display:flex;flex-wrap:wrap;gap:1.5rem}
    .unit img{display:block;width:min(20rem,calc(100vw - 2rem));height:auto;border-radius:.3rem}
    .thumbs{display:grid;grid-template-columns:repeat(auto-fill,minmax(7rem,1fr));gap:.6rem;margin-top:.6rem}
    .thumbs a{color:inherit;text-decoration:none;font-size:.82rem;line-height:1.3}
    .thumbs img{display:block;width:100%;height:auto;border-radius:.2rem}
    .exemplars{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:.6rem;max-width:62rem}
    .exemplars figure{margin:0}
    .exemplars figcaption{font-size:.8rem;line-height:1.3}
    .views{display:flex;gap:.3rem}
    .crop{display:inline-block;flex:none;border-radius:.2rem}
    .where{position:relative;display:inline-block;flex:none;height:64px}
    .where img{display:block;height:64px;width:auto;border-radius:.2rem}
    .where i{position:absolute;min-width:4px;min-height:4px;border:1px solid #fff;outline:1px solid #000}
    .histogram{display:block;width:100%;max-width:52rem;height:7rem;border-bottom:1px solid var(--line)}
    .high{fill:#2f6fb5;background:#2f6fb5}
    .low{fill:#c2611f;background:#c2611f}
    .zero{fill:var(--soft)}
    .axis{position:relative;max-width:52rem;height:1.4rem;font-size:.8rem;color:var(--soft);font-variant-numeric:tabular-nums}
    .axis span{position:absolute;transform:translateX(-50%);white-space:nowrap}
    .axis span:first-child:not(:only-child){transform:none}
    .axis span:last-child:not(:only-child){transform:translateX(-100%)}
    .path{display:block;width:100%;max-width:52rem;height:9rem;border-bottom:1px solid var(--line)}
    .path polyline{fill:none;stroke-width:2.5;vector-effect:non-scaling-stroke}
    .path .own{stroke:#2f6fb5}
    .path .others{stroke:var(--soft);stroke-dasharray:5 4}
    .path .picture{stroke:#c2611f;stroke-width:3.5}
    .path .rule{stroke:var(--line);vector-effect:non-scaling-stroke}
    .path .touch{fill:transparent}
    .path .touch:hover{fill:var(--line);fill-opacity:.4}
    .ends{display:flex;justify-content:space-between;gap:1rem;max-width:52rem;font-size:.8rem;color:var(--soft)}
    .key{display:inline-block;margin-right:1.2rem}
    .key i{display:inline-block;width:1.6rem;margin-right:.4rem;vertical-align:middle;border-top:3px solid #2f6fb5}
    .key .others{border-top:3px dashed var(--soft)}
    .key .picture{border-top-color:#c2611f}
    .atlas{display:grid;gap:2px;max-width:64rem;margin-top:.8rem}
    .atlas a{position:relative;display:block}
    .atlas img{display:block;width:100%;height:auto}
    .atlas a:hover,.atlas a:focus-visible{z-index:1;outline:2px solid var(--link)}
    .swatch{display:inline-block;width:.8rem;height:.8rem;border:1px solid var(--line);margin-right:.3rem;vertical-align:-.1rem}
    .thumbs>img{display:block;width:100%;height:auto;border-radius:.2rem}
    .chain{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.6rem;max-width:62rem}
    .chain>*{color:inherit;text-decoration:none;font-size:.8rem;line-height:1.3}
    .chain img,.blank{display:block;width:4.5rem;height:4.5rem;object-fit:cover;border-radius:.2rem;background:var(--stripe)}
    .chain span{display:block}
    .chain i{display:block;height:.3rem;max-width:4.5rem;margin-top:.2rem}
    .mix{display:flex;align-items:center;gap:.6rem;max-width:30rem;margin-top:.6rem}
    .mix input{flex:1;min-width:0;padding:0}
    .recipe{min-width:6rem}
    .maps{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(18rem,100%),1fr));gap:1rem;max-width:72rem}
    .maps figure{margin:.4rem 0}
    .stack{position:relative}
    .stack img{display:block;width:100%;height:auto;border-radius:.2rem}
    .stack .over{position:absolute;inset:0;height:100%}
    .sample{max-width:32rem}
    .sample img{width:100%;height:auto;image-rendering:pixelated}
    .pixels{display:block;width:100%;height:auto;image-rendering:pixelated}
    .unit dl{flex:1 1 12rem;margin:.8rem 0}
    dl{max-width:30rem}
    dd{margin:0 0 .6rem;font-variant-numeric:tabular-nums}
    .command{overflow-x:auto;padding:.6rem;background:var(--stripe);border-radius:.3rem;max-width:100%}
    nav{display:flex;gap:1.5rem;margin-top:1.5rem}
    dialog{color:inherit;background:var(--page);border:1px solid var(--line);border-radius:.4rem}

    """
}
