extension Site {
  /// Pages of a net that makes pictures of random numbers; a part of ``script``.
  static let generatorScript = #"""
    /* A generator: samples by latent, what stands on the way up to them, and who brings the grid in. */
    function generatorStart(net){
    add(main,'p',{class:'lead'},`Grid in ${net.measured} samples: ${net.verdict}.`);
    for(const cause of net.causes){
    const text=add(main,'p',{},`Period ${cause.period} pixels: `);
    if(byName.has(cause.layer))add(text,'a',{href:link(cause.layer)},cause.layer);else text.append('no single layer');
    text.append('. ');add(text,'span',{},cause.text)}
    add(main,'h2',{},'Samples');
    const row=add(main,'div',{class:'thumbs'});
    samples.forEach((sample,index)=>{
    const place=add(row,'a',{href:sampleLink(index)});
    add(place,'img',{src:sample.file,loading:'lazy',width:net.width,height:net.height,alt:''});
    add(place,'span',{},'sample '+index)});
    add(main,'h2',{},'The way up to the pictures');
    const periods=[...new Set(net.layers.flatMap(layer=>layer.bands.map(band=>band.period)))].sort((p,q)=>p-q);
    const body=table(main,['layer','operation','maps','pixels apart',...periods.map(period=>`${period} px`),'alike in all'],
    [3,...periods.map((_,index)=>index+4)]);
    const largest=Math.max(0,...net.layers.flatMap(layer=>layer.bands.map(band=>band.share)));
    for(const layer of net.layers){
    const row=add(body,'tr'),name=add(row,'td');
    if(byName.has(layer.name))add(name,'a',{href:link(layer.name)},layer.name);else name.append(visible(layer.name));
    add(row,'td',{},layer.operation);add(row,'td',{},layer.shape.join('\u00d7'));
    add(row,'td',{class:'number'},short(layer.spacing));
    for(const period of periods){
    const band=layer.bands.find(band=>band.period===period),cell=add(row,'td',{class:'number'},band?percent(band.share):'');
    if(band)add(cell,'i',{class:'dot'}).style.background=colour(band.share/largest)}
    add(row,'td',{},layer.bands.filter(band=>typeof band.peak==='number').map(band=>`${band.period}: ${
    short(band.peak)} dB`).join(', '))}
    add(main,'p',{class:'facts'},'Share of each layer\u2019s fine detail on the lattice of that period in pixels of the picture.');
    add(main,'h2',{},'Repaired');add(main,'pre',{class:'command',tabindex:'0'},'').textContent=
    net.repair.split('\n').map(visible).join('\n');
    add(main,'h2',{},'How this was made');
    for(const line of net.commands)command(main,line)}
    function samplePage(number){
    const {width,height,layers}=net.generator,sample=samples[number];
    add(main,'h1',{},'Sample '+number);
    const figure=add(main,'figure',{class:'sample'});
    if(sample.repaired){
    const label=add(main,'label',{class:'mix'},'As it is '),mix=add(label,'input',{type:'range',min:0,max:100,value:50,
    'aria-label':'How much of the picture, from the left, is repaired, in percent'});
    label.append(' repaired');
    const stack=add(figure,'div',{class:'stack'});
    add(stack,'img',{src:sample.file,width,height,alt:'sample '+number});
    const top=add(stack,'img',{src:sample.repaired,width,height,class:'over',alt:`sample ${number}, repaired`});
    const cut=()=>{top.style.clipPath=`inset(0 ${100-mix.value}% 0 0)`};
    mix.oninput=cut;cut();
    add(figure,'figcaption',{},'Left of the cut the repaired net, right of it the net as it is, from the same latent.')}
    else add(figure,'img',{src:sample.file,width,height,alt:'sample '+number});
    add(main,'h2',{},'Its maps, layer by layer');
    const row=add(main,'div',{class:'maps'});
    for(const layer of layers){
    const place=add(row,'figure');
    add(place,'img',{src:`${layer.folder}/${number}.webp`,loading:'lazy',class:'pixels',alt:`maps of ${layer.name}`});
    add(place,'figcaption',{},[layer.name,layer.shape.join('\u00d7'),...layer.bands.map(band=>
    `period ${band.period} px: ${percent(band.share)} of the fine detail`)].join(' \u00b7 '))}
    add(main,'p',{class:'facts'},'The channels that differ most, each from its least (black) to its largest value (white).');
    beside(samples.map((_,index)=>'sample '+index),number,sampleLink)}
    """#
}
