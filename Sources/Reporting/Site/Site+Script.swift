extension Site {
  /// Draws the pages from the data. Every name of the net's goes into the page as text, through `add`; the addresses of
  /// pages are `#/LAYER/UNIT`, percent-encoded where a name holds what addresses do not.
  static let script = #"""
    'use strict';
    (()=>{
    const net=window.gingham,layers=net.layers,explored=layers.filter(layer=>layer.explored);
    const byName=new Map(layers.map(layer=>[layer.name,layer]));
    let order='unit';
    const visible=text=>String(text).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    mark=>'\\u{'+mark.codePointAt(0).toString(16).toUpperCase()+'}');
    function add(parent,tag,attributes={},...children){
    const element=tag==='svg'||parent.namespaceURI.endsWith('svg')?
    document.createElementNS('http://www.w3.org/2000/svg',tag):document.createElement(tag);
    for(const [name,value] of Object.entries(attributes))
    if(name.startsWith('on'))element[name]=value;else if(value!==undefined)element.setAttribute(name,value);
    for(const child of children)element.append(visible(child));
    parent.append(element);return element}
    const link=(layer,unit)=>'#/'+encodeURIComponent(layer)+(unit===undefined?'':'/'+unit);
    const short=value=>value===undefined||value===null?'\u2013':typeof value!=='number'?value:value===0?'0':
    Math.abs(value)>=1e4||Math.abs(value)<1e-3?value.toExponential(1):String(+value.toPrecision(3));
    const grouped=value=>String(value).replace(/\B(?=(\d{3})+$)/g,'\u202f');
    const tile=(layer,unit)=>layer.explored.folder+'/'+unit.unit+'.webp';
    /* Viridis at five places: even in lightness, and told apart by colour-blind readers. */
    const stops=[[68,1,84],[59,82,139],[33,145,140],[94,201,98],[253,231,37]];
    function colour(share){
    const place=Math.min(Math.max(share,0),1)*4,low=Math.min(Math.floor(place),3),part=place-low;
    return 'rgb('+stops[low].map((value,index)=>Math.round(value+(stops[low+1][index]-value)*part)).join()+')'}
    const most=Math.max(0,...layers.map(layer=>layer.grid||0));

    const header=add(document.body,'header');
    add(header,'a',{href:'#main',class:'skip'},'To the content').onclick=event=>{event.preventDefault();main.focus()};
    add(header,'a',{href:'#/',class:'home'},net.model);
    const search=add(header,'input',{type:'search',placeholder:'Search layers and units ( / )',
    'aria-label':'Search layers and units, such as conv1 or conv1/40','aria-controls':'found'});
    const help=add(header,'button',{type:'button','aria-haspopup':'dialog'},'?');help.ariaLabel='Keys';
    const found=add(document.body,'ul',{id:'found','aria-label':'Found'});found.hidden=true;
    const main=add(document.body,'main',{tabindex:'-1'});
    const keys=add(document.body,'dialog',{'aria-label':'Keys'});
    add(keys,'h2',{},'Keys');
    const list=add(keys,'dl');
    for(const [key,what] of [['/','search'],['\u2190 \u2192','the unit or layer before and behind'],['\u2191','one page up'],
    ['?','this list'],['Esc','closes it']]){add(list,'dt',{},key);add(list,'dd',{},what)}
    add(keys,'button',{type:'button',onclick:()=>keys.close()},'Close');
    help.onclick=()=>keys.showModal();

    function hits(text){
    const words=text.toLowerCase().split(/[\s/:]+/).filter(Boolean);
    if(!words.length)return [];
    const number=/^\d+$/.test(words.at(-1))?+words.at(-1):undefined;
    const named=words.slice(0,number===undefined?undefined:-1);
    const result=[];
    for(const layer of layers){
    const name=layer.name.toLowerCase();
    if(words.every(word=>name.includes(word)))result.push([layer.name,link(layer.name)]);
    if(number!==undefined&&layer.explored&&named.every(word=>name.includes(word))&&
    layer.explored.units.some(unit=>unit.unit===number))
    result.push([layer.name+' / '+number,link(layer.name,number)])}
    return result.slice(0,30)}
    search.oninput=()=>{
    const result=hits(search.value);
    found.replaceChildren();
    for(const [text,address] of result)add(add(found,'li'),'a',{href:address},text);
    if(search.value.trim()&&!result.length)add(found,'li',{},'nothing of that name');
    found.hidden=!search.value.trim()};
    search.onkeydown=event=>{
    const first=found.querySelector('a');
    if(event.key==='Enter'&&first)location.hash=first.getAttribute('href');
    if(event.key==='ArrowDown'&&first){event.preventDefault();first.focus()}
    if(event.key==='Escape'){search.value='';search.oninput();search.blur()}};

    function strip(parent){
    const shown=layers.filter(layer=>typeof layer.grid==='number');
    if(!shown.length||!most)return;
    const figure=add(parent,'figure'),svg=add(figure,'svg',{viewBox:`0 0 ${shown.length*10} 60`,class:'strip',role:'img',
    preserveAspectRatio:'none','aria-label':'Predicted grid of the gradient at each layer, from the picture to the target'});
    shown.forEach((layer,index)=>{
    const height=Math.max(1,58*Math.sqrt(layer.grid/most));
    const bar=add(svg,'rect',{x:index*10,y:60-height,width:8,height,fill:colour(layer.grid/most)});
    add(bar,'title',{},`${layer.name}: CV\u00b2 ${short(layer.grid)}`)});
    const caption=add(figure,'figcaption',{},
    'Grid of the gradient at each layer: CV\u00b2 of its phases\u2019 energies (no unit), height by its root. ');
    const scale=add(caption,'span',{class:'scale'});
    scale.append('0 ');
    for(let step=0;step<=8;step++)add(scale,'i').style.background=colour(step/8);
    scale.append(' '+short(most))}

    function start(){
    add(main,'h1',{},net.model);
    add(main,'p',{class:'lead'},net.sentences.join(' '));
    add(main,'p',{class:'facts'},`Input ${net.input.slice(1).join('\u00d7')} \u00b7 ${layers.length} layers \u00b7 ${
    grouped(layers.reduce((sum,layer)=>sum+layer.parameters,0))} parameters \u00b7 ${
    grouped(layers.reduce((sum,layer)=>sum+layer.macs,0))} multiply-adds \u00b7 ${
    explored.reduce((sum,layer)=>sum+layer.explored.units.length,0)} units with pictures`);
    strip(main);
    if(net.bands.length){
    add(main,'h2',{},'Bands of the gradient at the picture');
    const body=table(main,['period in pixels','CV\u00b2','from','to','verdict',
    'brought in by'],[0,1,2,3]);
    for(const band of net.bands){
    const row=add(body,'tr');add(row,'td',{class:'number'},band.period);
    for(const value of [band.cv2,band.lower,band.upper])add(row,'td',{class:'number'},short(value));
    add(row,'td',{},band.verdict);
    const cell=add(row,'td');
    if(byName.has(band.layer))add(cell,'a',{href:link(band.layer)},band.layer);else cell.append('\u2013')}}
    add(main,'h2',{},'The net');
    let rest=layers;
    while(rest.length){
    const stride=rest[0].stride;
    let end=rest.findIndex(layer=>layer.stride!==stride);
    if(end<0)end=rest.length;
    stage(rest.slice(0,end),stride);rest=rest.slice(end)}}
    function stage(part,stride){
    const fold=add(main,'details',part.some(layer=>layer.explored)?{open:''}:{});
    add(fold,'summary',{},`Stride ${short(stride)} \u00b7 ${part[0].shape.slice(1).join('\u00d7')} \u2192 ${
    part.at(-1).shape.slice(1).join('\u00d7')} \u00b7 ${part.length} ${part.length>1?'layers':'layer'} \u00b7 ${
    grouped(part.reduce((sum,layer)=>sum+layer.macs,0))} multiply-adds`);
    const body=table(fold,['layer','operation','output','field','parameters','multiply-adds','period','grid (CV\u00b2)'],
    [3,4,5,6,7]);
    for(const layer of part){
    const row=add(body,'tr'),name=add(row,'td');
    add(name,'a',{href:link(layer.name),class:layer.explored?'explored':undefined},layer.name);
    for(const text of [layer.operation,layer.shape.slice(1).join('\u00d7')])add(row,'td',{},text);
    for(const text of [layer.field===undefined||layer.field===null?'all':short(layer.field),layer.parameters?
    grouped(layer.parameters):'',layer.macs?grouped(layer.macs):'',layer.period>1?layer.period:''])
    add(row,'td',{class:'number'},text);
    const grid=add(row,'td',{class:'number'},short(layer.grid));
    if(layer.grid)add(grid,'i',{class:'dot'}).style.background=colour(layer.grid/most)}}
    function table(parent,heads,numbers){
    const frame=add(parent,'div',{class:'table',tabindex:'0',role:'region','aria-label':'table of '+heads[0]});
    const whole=add(frame,'table'),row=add(add(whole,'thead'),'tr');
    heads.forEach((head,index)=>add(row,'th',{scope:'col',class:numbers.includes(index)?'number':undefined},head));
    return add(whole,'tbody')}

    const orders={unit:['number',(p,q)=>p.unit-q.unit],
    activation:['activation of the picture',(p,q)=>q.activation-p.activation],
    grid:['grid of the picture',(p,q)=>(q.grid??-Infinity)-(p.grid??-Infinity)]};
    const sorted=layer=>[...layer.explored.units].sort((p,q)=>orders[order][1](p,q)||p.unit-q.unit);
    function facts(parent,layer){
    add(parent,'p',{class:'facts'},`${layer.operation} \u00b7 output ${layer.shape.slice(1).join('\u00d7')} \u00b7 stride ${
    short(layer.stride)} \u00b7 receptive field ${layer.field===undefined||layer.field===null?'the whole picture':
    short(layer.field)+' pixels'} \u00b7 grid of the gradient: CV\u00b2 ${short(layer.grid)}${
    layer.period>1?' on a lattice of '+layer.period:''}`)}
    function layerPage(layer){
    add(main,'h1',{},layer.name);facts(main,layer);
    if(!layer.explored){add(main,'p',{},'Its units have no pictures on this site.');return}
    const field=add(main,'label',{class:'order'},'Sorted by '),choice=add(field,'select',{'aria-label':'Sorted by'});
    for(const [value,[text]] of Object.entries(orders))add(choice,'option',{value},text);
    choice.value=order;
    const tiles=add(main,'div',{class:'tiles'});
    const fill=()=>{tiles.replaceChildren();
    for(const unit of sorted(layer)){
    const place=add(tiles,'a',{href:link(layer.name,unit.unit),'data-unit':unit.unit});
    add(place,'img',{src:tile(layer,unit),loading:'lazy',width:unit.width,height:unit.height,
    alt:`what unit ${unit.unit} of ${layer.name} looks for`});
    add(place,'span',{},unit.unit+(unit.dead?' dead':order==='unit'?'':' \u00b7 '+short(unit[order])))}};
    choice.onchange=()=>{order=choice.value;fill()};fill()}
    function unitPage(layer,unit){
    const title=add(main,'h1');
    add(title,'a',{href:link(layer.name)},layer.name);title.append(' / '+unit.unit);facts(main,layer);
    const frame=add(main,'div',{class:'unit'}),figure=add(frame,'figure');
    add(figure,'img',{src:tile(layer,unit),width:unit.width,height:unit.height,
    alt:`what unit ${unit.unit} of ${layer.name} looks for`});
    add(figure,'figcaption',{},unit.dead?'The gradient at this picture is zero everywhere: the unit is dead there.':
    'A picture made to excite the unit.');
    const body=add(frame,'dl');
    for(const [name,value] of [['activation',short(unit.activation)],
    ['grid: share of fine detail on the net\u2019s lattice above chance',short(unit.grid)]])
    {add(body,'dt',{},name);add(body,'dd',{},value)}
    const [front,back]=layer.explored.command,line=`${front} ${unit.pass[0]}-${unit.pass[1]} ${back}`;
    add(main,'h2',{},'How the picture was made');
    add(main,'p',{},`Units ${unit.pass[0]} to ${unit.pass[1]} in one pass; recipe.yaml lies in the site\u2019s folder.`);
    const code=add(main,'pre',{class:'command',tabindex:'0'},line);
    const copy=add(main,'button',{type:'button'},'Copy');
    copy.onclick=async()=>{
    try{await navigator.clipboard.writeText(line);copy.textContent='Copied'}
    catch{getSelection().selectAllChildren(code);copy.textContent='Selected: press Ctrl C'}};
    const [before,behind]=neighbours(layer,unit),row=add(main,'nav',{'aria-label':'Neighbours'});
    if(before!==undefined)add(row,'a',{href:link(layer.name,before),rel:'prev'},'\u2190 '+before);
    if(behind!==undefined)add(row,'a',{href:link(layer.name,behind),rel:'next'},behind+' \u2192')}
    function neighbours(layer,unit){
    const all=sorted(layer),place=all.indexOf(unit);return [all[place-1]?.unit,all[place+1]?.unit]}

    /* An encoded name has no slash of its own; one that was typed may have. */
    function place(){
    let path=location.hash.replace(/^#\/?/,'');
    const whole=text=>{try{return decodeURIComponent(text)}catch{return text}};
    if(byName.has(whole(path)))return {layer:byName.get(whole(path))};
    const cut=path.lastIndexOf('/'),layer=byName.get(whole(path.slice(0,Math.max(cut,0))));
    const unit=layer?.explored?.units.find(unit=>String(unit.unit)===path.slice(cut+1));
    return {layer:unit&&layer,unit,isMissing:path!==''&&!unit}}
    function show(){
    const {layer,unit,isMissing}=place();
    main.replaceChildren();
    if(isMissing){add(main,'h1',{},'Not on this site');add(main,'p',{},location.hash);
    add(add(main,'p'),'a',{href:'#/'},'To the net')}
    else if(unit)unitPage(layer,unit);else if(layer)layerPage(layer);else start();
    document.title=visible((unit?layer.name+' / '+unit.unit+' \u00b7 ':layer?layer.name+' \u00b7 ':'')+net.model);
    search.value='';found.hidden=true;scrollTo(0,0);main.focus({preventScroll:true})}
    addEventListener('hashchange',show);
    addEventListener('keydown',event=>{
    if(event.ctrlKey||event.altKey||event.metaKey||keys.open||/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName))return;
    const {layer,unit}=place();
    const go=address=>{event.preventDefault();location.hash=address};
    if(event.key==='/'){event.preventDefault();search.focus()}
    else if(event.key==='?')keys.showModal();
    else if(event.key==='ArrowUp'&&unit)go(link(layer.name));
    else if(event.key==='ArrowLeft'||event.key==='ArrowRight'){
    const step=event.key==='ArrowLeft'?0:1;
    if(unit){const next=neighbours(layer,unit)[step];if(next!==undefined)go(link(layer.name,next))}
    else if(layer){const next=explored[explored.indexOf(layer)+2*step-1];
    if(explored.includes(layer)&&next)go(link(next.name))}}});
    show();
    })();

    """#
}
