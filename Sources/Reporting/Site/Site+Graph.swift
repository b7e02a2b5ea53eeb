extension Site {
  /// The net as a graph that one can read: by strides, in each the modules, in each the layers; a part of ``script``.
  static let graphScript = #"""
    /* Layers of one module stand together. Of a net with many layers they are folded, with links to those that were explored. */
    const moduleOf=name=>name.slice(0,Math.max(name.lastIndexOf('.'),0)),many=40;
    const sum=(part,key)=>part.reduce((sum,layer)=>sum+layer[key],0);
    const layerLink=(parent,name,text=name)=>byName.has(name)?add(parent,'a',{href:link(name),
    class:byName.get(name).explored?'explored':undefined},text):add(parent,'span',{},text);
    function runs(list,key){
    const found=[];
    for(const layer of list)if(found.length&&key(found.at(-1)[0])===key(layer))found.at(-1).push(layer);else found.push([layer]);
    return found}
    function graph(){
    add(main,'h2',{},'The net');
    for(const part of runs(layers,layer=>layer.stride))stage(part)}
    function stage(part){
    const fold=add(main,'details',part.some(layer=>layer.explored)?{open:''}:{});
    add(fold,'summary',{},`Stride ${short(part[0].stride)} \u00b7 ${part[0].shape.slice(1).join('\u00d7')} \u2192 ${
    part.at(-1).shape.slice(1).join('\u00d7')} \u00b7 ${part.length} ${part.length>1?'layers':'layer'} \u00b7 ${
    grouped(sum(part,'macs'))} multiply-adds`);
    const body=table(fold,['layer','takes','operation','output','field','parameters','multiply-adds','period','grid (CV\u00b2)'],
    [4,5,6,7,8],'layers from '+part[0].name),whole=body.parentNode;
    body.remove();
    for(const block of runs(part,layer=>moduleOf(layer.name)))if(block.length>1&&moduleOf(block[0].name))module(whole,block);
    else rows(add(whole,'tbody'),block)}
    function module(whole,block){
    const name=moduleOf(block[0].name),head=add(add(whole,'tbody'),'tr',{class:'module'}),body=add(whole,'tbody');
    const cell=add(head,'th',{scope:'rowgroup'}),button=add(cell,'button',{type:'button'},name);
    for(const layer of block)if(layer.explored){cell.append(' ');layerLink(cell,layer.name,layer.name.slice(name.length+1))}
    const inside=new Set(block.map(layer=>layer.name)),before=layers[layers.indexOf(block[0])-1]?.name;
    taken(head,[...new Set(block.flatMap(layer=>layer.reads))].filter(other=>!inside.has(other)),before);
    add(head,'td',{},block.length+' layers');
    measures(head,block,block.at(-1));
    const fold=isFolded=>{body.hidden=isFolded;button.setAttribute('aria-expanded',String(!isFolded))};
    button.onclick=()=>fold(!body.hidden);
    rows(body,block);fold(layers.length>many)}
    function rows(body,list){
    for(const layer of list){
    const row=add(body,'tr');
    layerLink(add(row,'td'),layer.name);
    taken(row,layer.reads,layers[layers.indexOf(layer)-1]?.name);
    add(row,'td',{},layer.operation);
    measures(row,[layer],layer)}}
    /* What is taken in is said where it is more than the layer before. */
    function taken(row,names,before){
    const cell=add(row,'td');
    if(names.length===1&&names[0]===before)return;
    names.forEach((name,index)=>{if(index)cell.append(' ');layerLink(cell,name)})}
    function measures(row,list,last){
    const grid=Math.max(...list.map(layer=>layer.grid??-1)),period=Math.max(...list.map(layer=>layer.period??1));
    add(row,'td',{},last.shape.slice(1).join('\u00d7'));
    for(const text of [last.field===undefined||last.field===null?'all':short(last.field),sum(list,'parameters')?
    grouped(sum(list,'parameters')):'',sum(list,'macs')?grouped(sum(list,'macs')):'',period>1?period:''])
    add(row,'td',{class:'number'},text);
    const cell=add(row,'td',{class:'number'},short(grid<0?undefined:grid));
    if(grid>0)add(cell,'i',{class:'dot'}).style.background=colour(grid/most)}
    """#
}
