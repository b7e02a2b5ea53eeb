import Foundation

extension Site {
  /// The page of a site as a server gives it out: with a script beside the page's own that asks the server for what is not there.
  ///
  /// - Parameter policy: in place of the page's own, which lets nothing be asked for.
  /// - Returns: `nil` where the page is none of this version's.
  public static func live(_ page: Data, policy livePolicy: String) -> Data? {
    var text = String(decoding: page, as: UTF8.self)
    // What it is known by stands once in a page of ours: names are escaped.
    let changes = [
      (policy, livePolicy),
      (#"<link rel="stylesheet" href="page.css">"#, #"<link rel="stylesheet" href="page.css">"# + liveStyle),
      (#"<script src="page.js" defer></script>"#, liveScripts + #"<script src="page.js" defer></script>"#),
    ]
    for (before, after) in changes {
      guard let place = text.firstRange(of: before) else { return nil }
      text.replaceSubrange(place, with: after)
    }
    return Data(text.utf8)
  }

  /// With an empty icon: browsers ask servers for one outside of the site.
  private static let liveStyle = "\n" + #"<link rel="stylesheet" href="live.css"><link rel="icon" href="data:,">"#
  private static let liveScripts =
    #"<script src="live-data.js" defer></script>"# + "\n" + #"<script src="live.js" defer></script>"# + "\n"

  /// Fills in what the server makes when it is asked, and the form with which one asks. What it shows of the net's and of
  /// files goes through the page's own `add`, as text.
  public static let liveScript = #"""
    'use strict';
    (()=>{
    const net=window.gingham,live=net.live,byName=new Map(net.layers.map(layer=>[layer.name,layer]));
    const blank=unit=>({unit,activation:null,grid:null,dead:false,pass:[unit,unit],width:live.width,height:live.height,live:true});
    for(const {name,folder,command,units} of live.layers){
    const layer=byName.get(name);
    if(!layer)continue;
    layer.explored??={folder,command,together:1,units:[]};
    const made=new Set(layer.explored.units.map(unit=>unit.unit));
    for(let unit=0;unit<units;unit++)if(!made.has(unit))layer.explored.units.push(blank(unit))}
    net.pictures??=[];
    if(live.classes){
    if(!net.class_names?.length)net.class_names=live.class_names;
    if(!net.classes){
    net.classes={...live.classes,units:[]};
    net.parts={classes:{likest:Array.from({length:live.classes.units},()=>[])}}}
    const made=new Set(net.classes.units.map(unit=>unit.unit));
    for(let unit=0;unit<live.classes.units;unit++)if(!made.has(unit))net.classes.units.push(blank(unit))}

    addEventListener('DOMContentLoaded',()=>{
    const add=net.add,main=document.querySelector('main'),header=document.querySelector('header');
    const button=add(header,'button',{type:'button','aria-expanded':'false','aria-controls':'live'},'Compute');
    const section=add(document.body,'section',{id:'live','aria-label':'Compute'});
    section.hidden=true;main.before(section);
    const open=isOpen=>{section.hidden=!isOpen;button.setAttribute('aria-expanded',String(isOpen))};
    button.onclick=()=>{open(section.hidden);if(!section.hidden)goal.focus()};

    const asked=add(section,'div',{class:'asked'});
    const status=add(section,'p',{role:'status',class:'facts'});
    const say=text=>{status.replaceChildren();add(status,'span',{},text)};
    /* A picture: its own page is made by the page's script, as of those that were there from the beginning. */
    let count=0;
    async function picture(file){
    open(true);
    if(file.size>live.most){say(`${file.name} has more than ${live.most/1048576} MiB.`);return}
    const mine=++count;
    say(`Computing maps of ${file.name} \u2026`);
    let page;
    try{
    const answer=await fetch('live/picture?name='+encodeURIComponent(file.name),{method:'POST',body:file});
    page=await answer.json();
    if(!answer.ok){say(page.error);return}
    }catch{say('The server does not answer.');return}
    net.pictures.push(page);
    if(mine===count){say('');location.hash='#picture/'+(net.pictures.length-1)}}
    if(live.pictures){
    const label=add(asked,'label',{class:'file'},'Picture, or drop one on the page '),
    choice=add(label,'input',{type:'file',accept:'image/png,image/jpeg,image/webp,image/tiff'});
    choice.onchange=()=>{if(choice.files[0])picture(choice.files[0]);choice.value=''};
    addEventListener('dragover',event=>{event.preventDefault();document.body.classList.add('aimed')});
    addEventListener('dragleave',()=>document.body.classList.remove('aimed'));
    addEventListener('drop',event=>{
    event.preventDefault();document.body.classList.remove('aimed');
    if(event.dataTransfer?.files[0])picture(event.dataTransfer.files[0])})}

    \#(occlusionScript)
    const form=add(asked,'form',{class:'climb'}),fields={};
    const field=(name,text,tag,attributes)=>fields[name]=add(add(form,'label',{},text+' '),tag,{name,...attributes});
    const goal=field('objective','Objective','input',{size:28,required:'',maxlength:1000,
    placeholder:'layer:unit, class:281, a + 0.5*b'});
    const presets=field('preset','Preset','select',{});
    for(const preset of live.presets)add(presets,'option',{value:preset},preset);
    presets.value=live.preset;
    field('steps','Steps','input',{type:'number',min:1,max:live.steps_most,value:live.steps});
    field('side','Side','input',{type:'number',min:32,max:live.side_most,value:live.side});
    field('rate','Rate','input',{type:'number',min:0,step:'any',placeholder:'preset\u2019s'});
    field('seed','Seed','input',{type:'number',min:0,value:live.seed});
    const start=add(form,'button',{type:'submit'},'Start'),onward=add(form,'button',{type:'button'},'Go on'),
    stop=add(form,'button',{type:'button'},'Stop');
    const view=add(section,'figure',{class:'watched'});view.hidden=true;
    const shown=add(view,'img',{alt:''}),facts=add(view,'figcaption');
    const curve=add(view,'svg',{viewBox:'0 0 100 30',preserveAspectRatio:'none',class:'curve',role:'img',
    'aria-label':'The objective\u2019s value, step by step'}),path=add(curve,'polyline',{fill:'none'});
    let source,last,values=[],typed=false;
    const state=isRunning=>{stop.disabled=!isRunning;start.disabled=isRunning;onward.disabled=isRunning||!last};
    const end=text=>{source?.close();source=undefined;state(false);if(text)say(text)};
    const number=value=>typeof value==='number'?String(+value.toPrecision(4)):String(value);
    function draw(){
    const finite=values.filter(Number.isFinite),low=Math.min(...finite),high=Math.max(...finite);
    path.setAttribute('points',values.map((value,index)=>Number.isFinite(value)?`${100*index/Math.max(values.length-1,1)},${
    29-28*(value-low)/(high-low||1)}`:'').join(' '))}
    function climb(from){
    end();
    const wish=new URLSearchParams();
    for(const [name,element] of Object.entries(fields))if(element.value.trim())wish.set(name,element.value.trim());
    if(from)wish.set('from',from);else values=[];
    say('Waiting for the server \u2026');
    source=new EventSource('live/climb?'+wish);
    state(true);
    const hear=(name,act)=>source.addEventListener(name,event=>act(JSON.parse(event.data)));
    hear('begin',told=>{last=told.id;view.hidden=false;shown.alt=`what raises ${told.objective}`;say('Climbing.')});
    hear('step',told=>{
    values.push(told.value);draw();
    if(told.picture)shown.src=told.picture;
    facts.replaceChildren();add(facts,'span',{},`Step ${told.step} of ${told.of}: ${number(told.value)}`)});
    hear('finished',told=>{
    shown.src=told.picture;facts.replaceChildren();
    add(facts,'span',{},`${number(told.activation)} after ${told.steps} steps; grid ${
    typeof told.grid==='number'?number(told.grid):'\u2013'} of its fine detail.`);
    end(told.stopped_at===undefined?'Done.':'The numbers left the finite ones.')});
    hear('failed',told=>end(told.error));
    source.onerror=()=>end('The server does not answer.')}
    form.onsubmit=event=>{event.preventDefault();climb()};
    onward.onclick=()=>climb(last);
    stop.onclick=()=>end('Stopped: settings may be changed; it goes on from this picture.');
    goal.oninput=()=>{typed=goal.value!==''};
    const suggest=()=>{
    if(typed)return;
    const unit=location.hash.match(/^#\/(.+)\/(\d+)$/),named=location.hash.match(/^#class\/(\d+)$/);
    try{goal.value=unit?decodeURIComponent(unit[1])+':'+unit[2]:named?'class:'+named[1]:''}catch{}};
    addEventListener('hashchange',suggest);suggest();state(false);
    addEventListener('hashchange',occlude);occlude()})
    })();

    """#

  /// Of what ``liveScript`` adds.
  public static let liveSheet = """
    #live{padding:.6rem 1rem;border-bottom:1px solid var(--line);max-width:110rem;margin:0 auto}
    .asked{display:flex;flex-wrap:wrap;gap:.6rem 2rem;align-items:end}
    .climb{display:flex;flex-wrap:wrap;gap:.6rem;align-items:end;min-width:0}
    .asked label{display:flex;flex-direction:column;font-size:.82rem;color:var(--soft);min-width:0}
    .asked input{max-width:calc(100vw - 2rem);color:var(--ink)}
    .asked input[type=number]{width:6rem}
    .asked button:disabled{opacity:.5}
    header button{flex:none}
    header input[type=search]{flex:0 1 22rem;min-width:6rem}
    .watched{display:flex;flex-wrap:wrap;gap:.4rem 1.5rem;align-items:end}
    .watched figcaption{min-width:16rem}
    .watched img{display:block;width:min(16rem,calc(100vw - 2rem));height:auto;border-radius:.3rem}
    .curve{display:block;width:min(16rem,calc(100vw - 2rem));height:4rem;border-bottom:1px solid var(--line)}
    .curve polyline{stroke:var(--link);stroke-width:2;vector-effect:non-scaling-stroke}
    .covered{position:relative;width:min(20rem,calc(100vw - 2rem));cursor:crosshair;touch-action:none}
    .covered img{display:block;width:100%;height:auto;border-radius:.2rem}
    .covered i{position:absolute;background:#808080;outline:1px solid #fff;pointer-events:none}
    .aimed main{outline:3px dashed var(--link);outline-offset:-3px}
    .tiles img{min-height:2rem;background:var(--stripe)}

    """
}
