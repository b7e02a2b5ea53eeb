import Foundation
import GinghamTensors

extension HTMLReport {
  /// Sorts and filters tables. Cells are read by `numbers`: all of a text in order, percent as shares of one, quotients as
  /// such, times, bytes and counts by their units. What holds none goes last in either direction. A filter without a unit
  /// means the numbers as they are printed.
  static let script = #"""

    const factors={__proto__:null,'%':.01,ns:1e-9,'\u00b5s':1e-6,'\u03bcs':1e-6,us:1e-6,ms:1e-3,min:60,h:3600,
    kB:1e3,KB:1e3,MB:1e6,GB:1e9,KiB:1024,MiB:1048576,GiB:1073741824,k:1e3,M:1e6,G:1e9};
    const pattern=RegExp('(?<![\\p{L}\\d_.])([-\u2212+]?)(\\d[\\d\u00a0\u2009\u202f]*(?:\\.\\d+)?(?:[eE][-+\u2212]?\\d+)?|\u221e)'+
    '(?:/(\\d+(?:\\.\\d+)?))?\\s?(%|[a-zA-Z\u00b5\u03bc]+)?','gu');
    const plain=text=>parseFloat(text.replace(/[\u00a0\u2009\u202f]/g,'').replace('\u2212','-'));
    function numbers(text,isBare){
    return [...text.matchAll(pattern)].map(([,sign,digits,below,unit])=>{
    const size=(sign==='-'||sign==='\u2212'?-1:1)*(digits==='\u221e'?Infinity:plain(digits));
    return isBare?size:size/(below?plain(below):1)*(factors[unit]||1)})}
    function between(p,q){
    const place=p.findIndex((value,index)=>value!==q[index]);
    return place<0?p.length-q.length:place>=q.length?1:p[place]<q[place]?-1:1}
    function accepts(filter,cell){
    const term=filter.trim(),isBare=!/[%/\p{L}]/u.test(term),[value]=numbers(cell,isBare);
    const [,sign,bound]=term.match(/^(<=|>=|[<>=\u2264\u2265])(.+)$/)||[],[limit]=numbers(bound||'',isBare);
    if(limit!==undefined)return value===limit?sign!=='<'&&sign!=='>':
    /[<\u2264]/.test(sign)?value<limit:/[>\u2265]/.test(sign)?value>limit:false;
    const [low,high]=term.split(/\.\.+|\u2026/).map(text=>numbers(text,isBare)[0]);
    if(low!==undefined&&high!==undefined)return value>=low&&value<=high;
    return term.toLowerCase().split(/\s+/).every(word=>cell.toLowerCase().includes(word))}
    for(const table of document.querySelectorAll('table')){
    const body=table.tBodies[0],heads=[...table.tHead.rows[0].cells],inputs=[];
    heads.forEach((head,column)=>{
    const isNumber=head.className==='number',button=document.createElement('button');
    button.type='button';button.append(...head.childNodes);head.append(button);
    button.onclick=()=>{
    const turn=head.ariaSort==='ascending'?-1:1;
    heads.forEach(other=>other.removeAttribute('aria-sort'));
    head.setAttribute('aria-sort',turn>0?'ascending':'descending');
    const rows=[...body.rows].map(row=>{
    const text=row.cells[column].textContent;return {row,text,key:isNumber?numbers(text):[]}});
    rows.sort((p,q)=>isNumber?(!p.key.length-!q.key.length)||turn*between(p.key,q.key):
    turn*p.text.localeCompare(q.text,'en',{numeric:true}));
    body.append(...rows.map(item=>item.row))};
    if(body.rows.length<8)return;
    const input=document.createElement('input');
    input.type='search';input.placeholder=isNumber?'> < a..b':'filter';
    input.setAttribute('aria-label','filter '+button.textContent);
    input.oninput=()=>{for(const row of body.rows)
    row.hidden=!inputs.every(([place,field])=>!field.value.trim()||accepts(field.value,row.cells[place].textContent))};
    inputs.push([column,input]);head.append(input)})}
    addEventListener('keydown',event=>{
    if(event.key==='Escape')for(const box of document.querySelectorAll('figure input'))box.checked=false});

    """#

  /// Nothing is loaded, and no script but this one runs: a name that were taken for markup could do nothing.
  static let policy: String = {
    let digest = Array(script.utf8).withUnsafeBytes { FileDigest.sha256Bytes($0) }
    let allowed = digest.map { "'sha256-\(Data($0).base64EncodedString())'" } ?? "'none'"
    return "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src \(allowed); base-uri 'none'; "
      + "form-action 'none'"
  }()
}
