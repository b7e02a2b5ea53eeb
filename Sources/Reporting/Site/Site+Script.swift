extension Site {
  /// Draws the pages from the data. Every name of the net's goes into the page as text, through `add`; the addresses of
  /// pages are `#/LAYER/UNIT`, percent-encoded where a name holds what addresses do not.
  static let script = #"""
    'use strict';
    (()=>{
    const net=window.gingham,layers=net.layers,explored=layers.filter(layer=>layer.explored);
    const byName=new Map(layers.map(layer=>[layer.name,layer]));
    const pictures=net.pictures||[],classNames=net.class_names||[],classes=net.classes;
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
    /* For scripts that a server adds. */
    net.add=add;
    /* A page from a disk may not fetch, but it may run scripts: each part of the data is one. */
    net.parts||={};
    const part=name=>net.parts[name]?Promise.resolve(net.parts[name]):new Promise((done,fail)=>{
    add(document.head,'script',{src:name+'.js',onload:()=>done(net.parts[name]),onerror:()=>fail(name)})});
    /* Fills a place once a part is there, unless the reader has gone on. */
    let turn=0;
    function later(parent,name,fill){
    const mine=turn,frame=add(parent,'div');
    if(!name)return;
    part(name).then(data=>{if(mine===turn)fill(frame,data)},
    ()=>{if(mine===turn)add(frame,'p',{class:'facts'},`${name}.js cannot be read.`)})}
    const cellLink=number=>'#cell/'+number,groupLink=number=>'#group/'+number;
    const sampleLink=number=>'#sample/'+number,samples=net.generator?.samples||[];
    const pictureLink=number=>'#picture/'+number,classLink=number=>'#class/'+number;
    const className=number=>classNames[number]||'class '+number;
    const link=(layer,unit)=>'#/'+encodeURIComponent(layer)+(unit===undefined?'':'/'+unit);
    const short=value=>value===undefined||value===null?'\u2013':typeof value!=='number'?value:value===0?'0':
    Math.abs(value)>=1e4||Math.abs(value)<1e-3?value.toExponential(1):String(+value.toPrecision(3));
    const percent=share=>short(100*share)+' %';
    const grouped=value=>String(value).replace(/\B(?=(\d{3})+$)/g,'\u202f');
    const tile=(layer,unit)=>layer.explored.folder+'/'+unit.unit+'.webp';
    const unitAt=(layer,number)=>byName.get(layer)?.explored?.units.find(unit=>unit.unit===number);
    /* Viridis at five places: even in lightness, and told apart by colour-blind readers. */
    const stops=[[68,1,84],[59,82,139],[33,145,140],[94,201,98],[253,231,37]];
    function colour(share){
    const place=Math.min(Math.max(share,0),1)*4,low=Math.min(Math.floor(place),3),part=place-low;
    return 'rgb('+stops[low].map((value,index)=>Math.round(value+(stops[low+1][index]-value)*part)).join()+')'}
    const most=Math.max(0,...layers.map(layer=>layer.grid||0));

    const header=add(document.body,'header');
    add(header,'a',{href:'#main',class:'skip'},'To the content').onclick=event=>{event.preventDefault();main.focus()};
    add(header,'a',{href:'#/',class:'home'},net.model);
    const search=add(header,'input',{type:'search',placeholder:'Search ( / )',
    'aria-label':'Search layers, units, pictures and classes, such as conv1 or conv1/40','aria-controls':'found'});
    const help=add(header,'button',{type:'button','aria-haspopup':'dialog'},'?');help.ariaLabel='Keys';
    const found=add(document.body,'ul',{id:'found','aria-label':'Found'});found.hidden=true;
    const main=add(document.body,'main',{id:'main',tabindex:'-1'});
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
    pictures.forEach((picture,index)=>{
    if(words.every(word=>picture.name.toLowerCase().includes(word)))result.push([picture.name,pictureLink(index)])});
    classNames.forEach((name,index)=>{
    if(classes&&words.every(word=>name.toLowerCase().includes(word)))result.push([name,classLink(index)])});
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
    if(net.sentences.length)add(main,'p',{class:'lead'},net.sentences.join(' '));
    add(main,'p',{class:'facts'},`Input ${net.input.slice(1).join('\u00d7')} \u00b7 ${layers.length} layers \u00b7 ${
    grouped(layers.reduce((sum,layer)=>sum+layer.parameters,0))} parameters \u00b7 ${
    grouped(layers.reduce((sum,layer)=>sum+layer.macs,0))} multiply-adds \u00b7 ${
    explored.reduce((sum,layer)=>sum+layer.explored.units.length,0)} ${net.live?'units to look at':'units with pictures'}`);
    if(net.generator)generatorStart(net.generator);else strip(main);
    if(net.atlas)atlasLead(main);
    if(net.bands.length){
    add(main,'h2',{},'Bands of the gradient at the picture');
    const seen=pictures.filter(picture=>picture.bands.length);
    if(seen.length)add(main,'p',{class:'lead'},`Of your ${seen.length} pictures the gradients of ${
    seen.filter(picture=>picture.bands.some(band=>band.verdict==='artifact')).length} show a grid.`);
    const body=table(main,['period in pixels','CV\u00b2','from','to',...(seen.length?['at your pictures']:[]),'verdict',
    'brought in by'],seen.length?[0,1,2,3,4]:[0,1,2,3]);
    for(const band of net.bands){
    const row=add(body,'tr');add(row,'td',{class:'number'},band.period);
    const found=seen.flatMap(picture=>picture.bands.filter(other=>other.period===band.period).map(other=>other.cv2));
    for(const value of [band.cv2,band.lower,band.upper,...(seen.length?[found.length?
    found.reduce((sum,value)=>sum+value,0)/found.length:undefined]:[])])add(row,'td',{class:'number'},short(value));
    add(row,'td',{},band.verdict);
    const cell=add(row,'td');
    if(byName.has(band.layer))add(cell,'a',{href:link(band.layer)},band.layer);else cell.append('\u2013')}}
    if(pictures.length){
    const fold=add(main,'details',pictures.length>40?{}:{open:''});
    add(fold,'summary',{},`Pictures \u00b7 ${pictures.length}`);
    const thumbs=add(fold,'div',{class:'thumbs'});
    pictures.forEach((picture,index)=>{
    const place=add(thumbs,'a',{href:pictureLink(index),title:visible(picture.name)});
    add(place,'img',{src:picture.file,loading:'lazy',width:picture.width,height:picture.height,alt:''});
    add(place,'span',{},picture.top.length?className(picture.top[0].index):picture.name)})}
    graph()}
    \#(graphScript)
    function table(parent,heads,numbers,name='table of '+heads[0]){
    const frame=add(parent,'div',{class:'table',tabindex:'0',role:'region','aria-label':visible(name)});
    const whole=add(frame,'table'),row=add(add(whole,'thead'),'tr');
    heads.forEach((head,index)=>add(row,'th',{scope:'col',class:numbers.includes(index)?'number':undefined},head));
    return add(whole,'tbody')}

    const orders={unit:['number',(p,q)=>p.unit-q.unit],
    activation:['activation of the picture',(p,q)=>q.activation-p.activation],
    grid:['grid of the picture',(p,q)=>(q.grid??-Infinity)-(p.grid??-Infinity)],
    flow:['share of the net\u2019s gradient that goes through',(p,q)=>(q.flow??-1)-(p.flow??-1)],
    place:['likeness: neighbours have like filters',(p,q)=>(p.place??Infinity)-(q.place??Infinity)],
    correlation:['how unlike the other net responds',(p,q)=>(p.correlation??Infinity)-(q.correlation??Infinity)]};
    const isKnown=(layer,value)=>['unit','activation','grid'].includes(value)||
    layer.explored.units.some(unit=>typeof unit[value]==='number');
    const sorted=layer=>[...layer.explored.units].sort((p,q)=>orders[order][1](p,q)||p.unit-q.unit);
    function facts(parent,layer){
    add(parent,'p',{class:'facts'},`${layer.operation} \u00b7 output ${layer.shape.slice(1).join('\u00d7')} \u00b7 stride ${
    short(layer.stride)} \u00b7 receptive field ${layer.field===undefined||layer.field===null?'the whole picture':
    short(layer.field)+' pixels'} \u00b7 grid of the gradient: CV\u00b2 ${short(layer.grid)}${
    layer.period>1?' on a lattice of '+layer.period:''}`)}
    /* The layers in front and behind. */
    function ways(parent,layer){
    for(const [title,names] of [['Takes ',layer.reads],['Goes to ',layers.filter(other=>other.reads.includes(layer.name)).map(other=>other.name)]]){
    if(!names.length)continue;
    const line=add(parent,'p',{class:'facts'},title);
    names.forEach((name,index)=>{if(index)line.append(' \u00b7 ');layerLink(line,name)})}}
    function layerPage(layer){
    add(main,'h1',{},layer.name);facts(main,layer);ways(main,layer);
    if(net.atlas?.layer===layer.name)atlasLead(main);
    if(!layer.explored){add(main,'p',{},'Its units have no pictures on this site.');return}
    const field=add(main,'label',{class:'order'},'Sorted by '),choice=add(field,'select',{'aria-label':'Sorted by'});
    for(const [value,[text]] of Object.entries(orders))if(isKnown(layer,value))add(choice,'option',{value},text);
    if(!isKnown(layer,order))order='unit';
    choice.value=order;
    const stops=add(main,'div'),tiles=add(main,'div',{class:'tiles'});
    let recipe;
    const source=unit=>recipe?`${recipe.folder}/${unit}.webp`:tile(layer,{unit});
    const fill=()=>{tiles.replaceChildren();
    for(const unit of sorted(layer)){
    const place=add(tiles,'a',{href:link(layer.name,unit.unit),'data-unit':unit.unit});
    add(place,'img',{src:source(unit.unit),loading:'lazy',width:unit.width,height:unit.height,
    alt:`what unit ${unit.unit} of ${layer.name} looks for`});
    if(layer.explored.against)add(place,'img',{src:`${layer.explored.against}/${unit.unit}.webp`,loading:'lazy',width:unit.width,
    height:unit.height,alt:'and in the other net'});
    add(place,'span',{},unit.unit+(unit.dead?' dead':order==='unit'||order==='place'?'':' \u00b7 '+
    (order==='flow'?percent(unit.flow??0):short(unit[order]))))}};
    choice.onchange=()=>{order=choice.value;fill()};fill();
    mitigations(stops,layer,next=>{
    recipe=next;
    for(const place of tiles.children)place.firstChild.src=source(place.dataset.unit)})}
    \#(mitigationScript)
    function unitPage(layer,unit){
    const title=add(main,'h1');
    add(title,'a',{href:link(layer.name)},layer.name);title.append(' / '+unit.unit);facts(main,layer);
    const frame=add(main,'div',{class:'unit'}),figure=add(frame,'figure');
    add(figure,'img',{src:tile(layer,unit),width:unit.width,height:unit.height,
    alt:`what unit ${unit.unit} of ${layer.name} looks for`});
    const caption=add(figure,'figcaption');
    if(unit.negative!==undefined&&unit.negative!==null){
    const low=add(frame,'figure');
    add(low,'img',{src:tile(layer,unit).replace(/\.webp$/,'-negative.webp'),width:unit.width,height:unit.height,
    alt:`what lowers unit ${unit.unit} of ${layer.name}`});
    add(low,'figcaption',{},`A picture made to lower it: activation ${short(unit.negative)}.`)}
    const body=add(frame,'dl');
    const tell=()=>{
    caption.replaceChildren();body.replaceChildren();
    add(caption,'span',{},unit.dead?'The gradient at this picture is zero everywhere: the unit is dead there.':
    'A picture made to excite the unit. ');
    if(net.live)add(caption,'a',{href:tile(layer,unit).replace(/webp$/,'png'),download:''},'As PNG');
    for(const [name,value] of [['activation, mean over its map',short(unit.activation)],
    ['grid: share of fine detail on the net\u2019s lattice above chance',short(unit.grid)],
    ['share of the energy of the net\u2019s gradient at your pictures that goes through',unit.flow===undefined?'':percent(unit.flow)]])
    if(value){add(body,'dt',{},name);add(body,'dd',{},value)}};
    tell();
    const at=layer.explored.units.indexOf(unit),{details,together}=layer.explored;
    /* A unit that the server makes when it is looked at has a part of its own. */
    later(main,unit.live?`${layer.explored.folder}/${unit.unit}`:details&&`${details}-${Math.floor(at/together)}`,(frame,data)=>{
    const found=data.units[unit.live?0:at%together];
    if(unit.live){Object.assign(unit,data.unit);tell()}
    if(found.activity)activity(frame,layer,unit,found.activity);
    if(found.against)against(frame,layer,unit,found);
    if(found.accentuated)accentuated(frame,layer,unit,found.accentuated);
    if(found.diverse)diverse(frame,layer,unit,found.diverse);
    if(found.path)path(frame,data.way,found.path,found.activity?.exemplars.length);
    bandTable(frame,'Grid of the gradient at its picture',found.bands);
    for(const [title,links] of [['Reads from',found.reads],['Writes to',found.writes]])if(links.length)chain(frame,title,links)});
    const [front,back]=layer.explored.command,line=`${front} ${unit.pass[0]}-${unit.pass[1]} ${back}`;
    add(main,'h2',{},'How the picture was made');
    add(main,'p',{},`Units ${unit.pass[0]} to ${unit.pass[1]} in one pass; recipe.yaml lies in the site\u2019s folder.`);
    command(main,line);
    if(unit.negative!==undefined&&unit.negative!==null){
    add(main,'p',{},'And the one that lowers it:');command(main,line+' --negative')}
    const [before,behind]=neighbours(layer,unit),row=add(main,'nav',{'aria-label':'Neighbours'});
    if(before!==undefined)add(row,'a',{href:link(layer.name,before),rel:'prev'},'\u2190 '+before);
    if(behind!==undefined)add(row,'a',{href:link(layer.name,behind),rel:'next'},behind+' \u2192')}
    /* The same unit of another net. */
    function against(parent,layer,unit,found){
    const other=found.against;
    add(parent,'h2',{},'Beside '+net.against);
    const row=add(parent,'div',{class:'unit'});
    for(const [name,src] of [[net.model,tile(layer,unit)],[net.against,other.file]]){
    const figure=add(row,'figure');
    add(figure,'img',{src,width:unit.width,height:unit.height,alt:`what unit ${unit.unit} looks for in ${visible(name)}`});
    add(figure,'figcaption',{},name)}
    const body=table(parent,['measure','here','beside','difference'],[1,2,3]);
    const line=(name,one,two)=>{
    const row=add(body,'tr');add(row,'td',{},name);
    for(const value of [one,two,typeof one==='number'&&typeof two==='number'?two-one:undefined])add(row,'td',{class:'number'},short(value))};
    line('activation, mean over its map',unit.activation,other.activation);
    line('grid of the picture',unit.grid,other.grid);
    for(const period of [...new Set([...found.bands,...other.bands].map(band=>band.period))].sort((p,q)=>p-q))
    line(`grid of the gradient at period ${period} px (CV\u00b2)`,...[found,other].map(side=>side.bands.find(band=>band.period===period)?.cv2));
    add(parent,'p',{class:'facts'},typeof other.correlation==='number'?
    `Over your pictures both respond alike with a correlation of ${short(other.correlation)}.`:
    'Whether both respond alike is not known: no correlation over pictures.')}
    /* The photograph and what became of it, one over the other. */
    function accentuated(parent,layer,unit,found){
    add(parent,'h2',{},'The photograph that excites it most, accentuated');
    const figure=add(parent,'figure',{class:'sample'}),size={width:unit.width,height:unit.height};
    const label=add(figure,'label',{class:'mix'},'Photograph '),mix=add(label,'input',{type:'range',min:0,max:100,value:50,
    'aria-label':'How much of the picture, from the left, is accentuated, in percent'});
    label.append(' accentuated');
    const stack=add(figure,'div',{class:'stack'});
    add(stack,'img',{src:found.photograph,...size,alt:visible(found.name)});
    const top=add(stack,'img',{src:found.file,...size,class:'over',alt:`${visible(found.name)}, accentuated`});
    const cut=()=>{top.style.clipPath=`inset(0 ${100-mix.value}% 0 0)`};
    mix.oninput=cut;cut();
    add(figure,'figcaption',{},`${found.name}: activation ${short(found.before)} before, ${short(found.activation)} after, mean over the map. The activations of ${found.held} have changed by ${short(100*found.distance)} % of their length.`);
    command(parent,found.command)}
    function diverse(parent,layer,unit,found){
    add(parent,'h2',{},'Different sides of it');
    const row=add(parent,'div',{class:'thumbs'});
    found.files.forEach((src,index)=>add(row,'img',{src,loading:'lazy',width:unit.width,height:unit.height,
    alt:`picture ${index} of what unit ${unit.unit} of ${visible(layer.name)} looks for`}));
    add(parent,'p',{class:'facts'},`Made together and pushed apart: the cosine of the Gram matrices of their activations is ${short(found.similarity)} on average (1: one style).`);
    command(parent,found.command)}
    /* Similarity to the unit's photographs, layer by layer. */
    function path(parent,names,found,count){
    add(parent,'h2',{},'Does its picture travel as photographs do?');
    const lines=[['own',found.own,`the ${count} photographs that excite the unit most, among themselves`],
    ['others',found.others,'other photographs'],['picture',found.similarity,'the unit\u2019s picture']];
    const known=lines.flatMap(line=>line[1]).filter(value=>typeof value==='number');
    if(!known.length)return;
    const low=Math.min(0,...known),width=Math.max(names.length-1,1)*20,x=index=>index*20,y=value=>98-96*(value-low)/(1-low);
    const figure=add(parent,'figure'),svg=add(figure,'svg',{viewBox:`-4 0 ${width+8} 100`,class:'path',role:'img',
    preserveAspectRatio:'none','aria-label':`Rank correlation with the unit\u2019s photographs at ${names.length} layers`});
    add(svg,'line',{x1:0,x2:width,y1:y(0),y2:y(0),class:'rule'});
    for(const [kind,values] of lines){
    let part=[];
    const draw=()=>{if(part.length)add(svg,'polyline',{points:part.join(' '),class:kind});part=[]};
    values.forEach((value,index)=>{if(typeof value==='number')part.push(`${x(index)},${y(value)}`);else draw()});draw()}
    names.forEach((name,index)=>add(add(svg,'rect',{x:x(index)-10,y:0,width:20,height:100,class:'touch'}),'title',{},
    [name,...lines.map(([,values,text])=>`${text}: ${short(values[index])}`)].join('\n')));
    const ends=add(figure,'div',{class:'ends'});
    for(const name of new Set([names[0],names.at(-1)]))add(ends,'span',{},name);
    const key=add(figure,'figcaption');
    for(const [kind,,text] of lines){const item=add(key,'span',{class:'key'});add(item,'i',{class:kind});item.append(text)}
    add(parent,'p',{class:'facts'},`Rank correlation of the channels\u2019 means with those of the unit\u2019s photographs, from ${short(low)} to 1. Nearer to them than 95 % of other photographs at ${found.near} of ${names.length} layers; farther than every one of them at ${found.apart}.`)}
    function command(parent,line){
    const code=add(parent,'pre',{class:'command',tabindex:'0'},line);
    const copy=add(parent,'button',{type:'button'},'Copy');
    copy.onclick=async()=>{
    try{await navigator.clipboard.writeText(line);copy.textContent='Copied'}
    catch{getSelection().selectAllChildren(code);copy.textContent='Selected: press Ctrl C'}}}
    function bandTable(parent,title,bands){
    if(!bands.length)return;
    add(parent,'h2',{},title);
    const body=table(parent,['period (px)','CV\u00b2','\u00b1','verdict','brought in by'],[0,1,2]);
    for(const band of bands){
    const row=add(body,'tr');
    for(const text of [band.period,short(band.cv2),short(band.error)])add(row,'td',{class:'number'},text);
    add(row,'td',{},band.verdict);
    const cell=add(row,'td');
    if(byName.has(band.layer))add(cell,'a',{href:link(band.layer)},band.layer);else cell.append('\u2013')}}
    /* The strongest pictures: what the unit sees of each, and where that is. */
    function activity(parent,layer,unit,found){
    add(parent,'h2',{},'Pictures that excite it most');
    const row=add(parent,'div',{class:'exemplars'}),across=Math.ceil(Math.sqrt(found.exemplars.length));
    const {side,gap}=net.sheet,sheet=`${layer.explored.crops}/${unit.unit}.webp`;
    found.exemplars.forEach((exemplar,index)=>{
    const figure=add(row,'figure'),paged=exemplar.page!==undefined&&exemplar.page!==null;
    const [top,left,bottom,right]=exemplar.crop;
    const view=add(figure,paged?'a':'div',paged?{href:pictureLink(exemplar.page),class:'views'}:{class:'views'});
    const crop=add(view,'span',{class:'crop',role:'img','aria-label':`what the unit sees of ${exemplar.name}`});
    crop.style.backgroundImage=`url("${sheet}")`;
    crop.style.width=crop.style.height=side+'px';
    crop.style.backgroundPosition=`${-(index%across)*(side+gap)}px ${-Math.floor(index/across)*(side+gap)}px`;
    if(paged){
    const picture=pictures[exemplar.page],where=add(view,'span',{class:'where'});
    add(where,'img',{src:picture.file,loading:'lazy',width:picture.width,height:picture.height,alt:''});
    const box=add(where,'i');
    box.style.left=100*left/picture.width+'%';box.style.top=100*top/picture.height+'%';
    box.style.width=100*(right-left)/picture.width+'%';box.style.height=100*(bottom-top)/picture.height+'%'}
    add(figure,'figcaption',{},`${short(exemplar.activation)} \u00b7 ${exemplar.name}`)});
    add(parent,'p',{class:'facts'},`Activation where it is strongest, file. Left what the unit sees there (${
    found.exemplars[0].crop[2]-found.exemplars[0].crop[0]}\u00d7${found.exemplars[0].crop[3]-found.exemplars[0].crop[1]
    } pixels of the strongest), right where that lies.`);
    add(parent,'h2',{},'Its activations');histogram(parent,found)}
    /* A quarter of an octave a bar; what is small against the strong ones joins zero. */
    function histogram(parent,found){
    const large=Math.max(Math.abs(found.least),Math.abs(found.most))||1,floor=large/1024,bars=new Map();
    const key=edge=>{const octave=Math.floor(Math.log2(edge));return 4*octave+Math.floor((edge/2**octave-1)*4)};
    const base=key(floor);
    let zero=0;
    for(const [low,high,count] of found.bars){
    const near=low>=0?low:high<=0?-high:0;
    if(near<floor)zero+=count;else{const at=key(near)-base+1;bars.set(low>=0?at:-at,[low,high,count])}}
    if(zero)bars.set(0,[-floor,floor,zero]);
    const places=[...bars.keys()],first=Math.min(0,...places),last=Math.max(0,...places);
    const top=Math.max(...[...bars.values()].map(bar=>bar[2])),width=last-first+1;
    const figure=add(parent,'figure'),svg=add(figure,'svg',{viewBox:`0 0 ${width*10} 100`,class:'histogram',role:'img',
    preserveAspectRatio:'none','aria-label':`Histogram of ${grouped(found.count)} activations from ${short(found.least)} to ${
    short(found.most)}`});
    for(const [place,[low,high,count]] of bars){
    const height=Math.max(.8,98*Math.sqrt(count/top));
    add(add(svg,'rect',{x:(place-first)*10+.5,y:100-height,width:9,height,class:place===0?'zero':place<0?'low':'high'}),'title',{},
    `${short(low)} to ${short(high)}: ${grouped(count)} (${short(100*count/found.count)} %)`)}
    const axis=add(figure,'div',{class:'axis'});
    const marks=[[-first,'0']];
    if(first<0)marks.unshift([0,short(found.least)]);
    if(last>0)marks.push([last-first,short(found.most)]);
    for(const [at,text] of marks){const mark=add(axis,'span',{},text);mark.style.left=100*(at+.5)/width+'%'}
    add(figure,'figcaption',{},`${grouped(found.count)} activations at all positions; four bars an octave away from zero, height by the root of their count. Mean ${
    short(found.mean)}, deviation ${short(found.deviation)}, median ${short(found.median)}, 99 % below ${short(found.strong)}.`)}
    function chain(parent,title,links){
    add(parent,'h2',{},title);
    const row=add(parent,'div',{class:'chain'}),most=Math.max(...links.map(other=>Math.abs(other.weight)));
    for(const other of links){
    const layer=byName.get(other.layer),unit=unitAt(other.layer,other.unit);
    const card=add(row,unit?'a':'div',unit?{href:link(other.layer,other.unit)}:{});
    if(unit)add(card,'img',{src:tile(layer,unit),loading:'lazy',width:unit.width,height:unit.height,alt:''});
    else add(card,'span',{class:'blank'});
    add(card,'span',{},`${other.layer} / ${other.unit}`);
    const bar=add(card,'i',{class:other.weight<0?'low':'high'});bar.style.width=100*Math.abs(other.weight)/most+'%';
    add(card,'span',{class:'facts'},(other.weight<0?'\u2212':'+')+short(Math.abs(other.weight)))}
    add(parent,'p',{class:'facts'},'Root of the sum of the kernel\u2019s squares, with the sign of its sum.')}

    function outputs(parent,list){
    const body=table(parent,['class','output'],[1]);
    for(const {index,value} of list){
    const row=add(body,'tr');add(add(row,'td'),'a',{href:classLink(index)},className(index));
    add(row,'td',{class:'number'},short(value))}}
    function picturePage(number){
    const picture=pictures[number];
    add(main,'h1',{},picture.name);
    add(main,'p',{class:'facts'},`What the net saw of it: ${picture.height}\u00d7${picture.width} pixels.`);
    const label=add(main,'label',{class:'mix'},'Photograph '),mix=add(label,'input',{type:'range',min:0,max:100,value:60,
    'aria-label':'How much of the map lies over the photograph, in percent'});
    label.append(' map');
    const row=add(main,'div',{class:'maps'}),tops=[];
    for(const map of picture.maps){
    const figure=add(row,'figure'),stack=add(figure,'div',{class:'stack'});
    add(stack,'img',{src:picture.file,width:picture.width,height:picture.height,alt:''});
    tops.push(add(stack,'img',{src:map.file,width:picture.width,height:picture.height,class:'over',
    alt:`${map.name} of ${picture.name}`}));
    add(figure,'figcaption',{},`${map.name}: ${map.about}. Dark is 0, pale the 99th percentile of the magnitude.`)}
    const blend=()=>{for(const top of tops)top.style.opacity=mix.value/100};
    mix.oninput=blend;
    if(picture.groups)groups(main,picture,mix,tops);
    blend();
    if(picture.top.length){add(main,'h2',{},'What the net says');outputs(main,picture.top)}
    bandTable(main,'Grid of the gradient at this picture',picture.bands);
    add(main,'h2',{},'How the maps were made');
    for(const map of picture.maps)command(main,map.command);
    beside(pictures.map(picture=>picture.name),number,pictureLink)}
    \#(atlasScript)
    function classPage(number){
    add(main,'h1',{},className(number));add(main,'p',{class:'facts'},'Output '+number+' of the net.');
    const unit=classes.units.find(unit=>unit.unit===number);
    if(unit){
    const frame=add(main,'div',{class:'unit'}),figure=add(frame,'figure');
    add(figure,'img',{src:tile({explored:classes},unit),width:unit.width,height:unit.height,
    alt:`what the class ${className(number)} looks for`});
    const caption=add(figure,'figcaption'),tell=()=>{
    caption.replaceChildren();add(caption,'span',{},`A picture made to raise the output, to ${short(unit.activation)}.`)};
    tell();
    if(unit.live)later(main,`${classes.folder}/${number}`,(_,data)=>{Object.assign(unit,data.unit);tell()})}
    later(main,'classes',(frame,data)=>{
    add(frame,'h2',{},'Your pictures with the largest output');
    const row=add(frame,'div',{class:'thumbs'});
    for(const {page,value} of data.likest[number]){
    const place=add(row,'a',{href:pictureLink(page)});
    add(place,'img',{src:pictures[page].file,loading:'lazy',width:pictures[page].width,height:pictures[page].height,alt:''});
    add(place,'span',{},`${short(value)} \u00b7 ${pictures[page].name}`)}});
    if(unit){add(main,'h2',{},'How the picture was made');
    command(main,`${classes.command[0]} ${number}-${number} ${classes.command[1]}`)}}
    function beside(names,at,address){
    const row=add(main,'nav',{'aria-label':'Neighbours'});
    if(at>0)add(row,'a',{href:address(at-1),rel:'prev'},'\u2190 '+names[at-1]);
    if(at<names.length-1)add(row,'a',{href:address(at+1),rel:'next'},names[at+1]+' \u2192')}
    \#(generatorScript)
    function neighbours(layer,unit){
    const all=sorted(layer),place=all.indexOf(unit);return [all[place-1]?.unit,all[place+1]?.unit]}

    /* An encoded name has no slash of its own; one that was typed may have. */
    function place(){
    if(location.hash==='#atlas'&&net.atlas)return {atlas:true};
    const own=location.hash.match(/^#(picture|class|sample|cell|group)\/(\d+)$/);
    if(own&&(own[1]==='cell'||own[1]==='group'))
    return +own[2]<(net.atlas?.[own[1]+'s']??0)?{direction:[own[1],+own[2]]}:{isMissing:true};
    if(own){
    const number=+own[2],isThere=own[1]==='picture'?number<pictures.length:own[1]==='sample'?number<samples.length:
    classes&&number<Math.max(classNames.length,...classes.units.map(unit=>unit.unit+1));
    return isThere?{[own[1]]:number}:{isMissing:true}}
    let path=location.hash.replace(/^#\/?/,'');
    const whole=text=>{try{return decodeURIComponent(text)}catch{return text}};
    if(byName.has(whole(path)))return {layer:byName.get(whole(path))};
    const cut=path.lastIndexOf('/'),layer=byName.get(whole(path.slice(0,Math.max(cut,0))));
    const unit=layer?.explored?.units.find(unit=>String(unit.unit)===path.slice(cut+1));
    return {layer:unit&&layer,unit,isMissing:path!==''&&!unit}}
    function show(){
    const {layer,unit,picture,class:named,sample,atlas,direction,isMissing}=place();
    turn+=1;
    main.replaceChildren();
    if(isMissing){add(main,'h1',{},'Not on this site');add(main,'p',{},location.hash);
    add(add(main,'p'),'a',{href:'#/'},'To the net')}
    else if(atlas)atlasPage();else if(direction)directionPage(...direction);
    else if(sample!==undefined)samplePage(sample);else if(picture!==undefined)picturePage(picture);else if(named!==undefined)classPage(named);
    else if(unit)unitPage(layer,unit);else if(layer)layerPage(layer);else start();
    document.title=visible((atlas?'Atlas \u00b7 ':direction?direction.join(' ')+' \u00b7 ':sample!==undefined?'Sample '+sample+' \u00b7 ':picture!==undefined?pictures[picture].name+' \u00b7 ':named!==undefined?className(named)+' \u00b7 ':unit?layer.name+' / '+unit.unit+' \u00b7 ':layer?layer.name+' \u00b7 ':'')+net.model);
    search.value='';found.hidden=true;scrollTo(0,0);main.focus({preventScroll:true})}
    addEventListener('hashchange',show);
    addEventListener('keydown',event=>{
    if(event.ctrlKey||event.altKey||event.metaKey||keys.open||/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName))return;
    const {layer,unit,picture,sample,direction}=place();
    const go=address=>{event.preventDefault();location.hash=address};
    if(event.key==='/'){event.preventDefault();search.focus()}
    else if(event.key==='?')keys.showModal();
    else if(event.key==='ArrowUp'&&unit)go(link(layer.name));
    else if(event.key==='ArrowUp'&&direction)go('#atlas');
    else if(event.key==='ArrowLeft'||event.key==='ArrowRight'){
    const step=event.key==='ArrowLeft'?0:1;
    if(sample!==undefined&&samples[sample+2*step-1])go(sampleLink(sample+2*step-1));
    if(direction&&direction[1]+2*step-1>=0&&direction[1]+2*step-1<net.atlas[direction[0]+'s'])
    go(`#${direction[0]}/${direction[1]+2*step-1}`);
    if(picture!==undefined&&pictures[picture+2*step-1])go(pictureLink(picture+2*step-1));
    if(unit){const next=neighbours(layer,unit)[step];if(next!==undefined)go(link(layer.name,next))}
    else if(layer){const next=explored[explored.indexOf(layer)+2*step-1];
    if(explored.includes(layer)&&next)go(link(next.name))}}});
    show();
    })();

    """#
}
