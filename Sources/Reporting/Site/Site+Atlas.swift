extension Site {
  /// Pages of the atlas of a layer, of its places, and of its groups of channels; a part of ``script``.
  static let atlasScript = #"""
    /* Where groups of channels lie in a picture: each in its colour, beside what it looks for. */
    function groups(parent,picture,mix,tops){
    add(parent,'h2',{},'Groups of channels of '+net.atlas.layer);
    const frame=add(parent,'div',{class:'maps'}),figure=add(frame,'figure'),stack=add(figure,'div',{class:'stack'});
    add(stack,'img',{src:picture.file,width:picture.width,height:picture.height,alt:''});
    tops.push(add(stack,'img',{src:picture.groups.file,width:picture.width,height:picture.height,class:'over',
    alt:`where groups of ${visible(net.atlas.layer)} respond in ${visible(picture.name)}`}));
    add(figure,'figcaption',{},'Each group in its colour, as bright as it is strong.');
    later(frame,'atlas',(place,data)=>{
    place.className='thumbs';
    const order=picture.groups.shares.map((share,index)=>[share,index]).sort((p,q)=>q[0]-p[0]);
    for(const [share,index] of order)groupTile(place,data,index,`${percent(share)} of this picture`)})}
    function groupTile(parent,data,index,text){
    const {direction,colour}=data.groups[index],card=add(parent,'a',{href:groupLink(index)});
    add(card,'img',{src:direction.file,loading:'lazy',width:direction.width,height:direction.height,
    alt:`what group ${index} looks for`});
    const line=add(card,'span');add(line,'i',{class:'swatch'}).style.background=colour;
    line.append(`group ${index} \u00b7 ${text}`)}
    /* An atlas of a layer over the reader's pictures. */
    function atlasLead(parent){
    add(parent,'h2',{},'What your pictures make of '+net.atlas.layer);
    add(add(parent,'p'),'a',{href:'#atlas'},`Atlas: ${net.atlas.cells} places, ${net.atlas.groups} groups of channels`)}
    function atlasPage(){
    layerLink(add(main,'h1',{},'Atlas of '),net.atlas.layer);
    later(main,'atlas',(frame,data)=>{
    add(frame,'p',{class:'facts'},`${grouped(data.positions)} positions of ${grouped(data.pictures)} pictures, laid out by their activations: from left to right along the direction in which they differ most (${
    percent(data.shares[0])} of their variance), from top to bottom along the next (${percent(data.shares[1])}); strips of cells hold equally many. Each picture was made to resemble its cell\u2019s mean, less the mean of all.`);
    const grid=add(frame,'div',{class:'atlas'});
    grid.style.gridTemplateColumns=`repeat(${data.side},minmax(0,1fr))`;
    data.cells.forEach((cell,index)=>{
    const place=add(grid,'a',{href:cellLink(index),title:`${grouped(cell.count)} positions`});
    place.style.gridArea=`${cell.row+1}/${cell.column+1}`;
    add(place,'img',{src:cell.direction.file,loading:'lazy',width:cell.direction.width,height:cell.direction.height,
    alt:`row ${cell.row+1}, column ${cell.column+1}`})});
    if(!data.groups.length)return;
    add(frame,'h2',{},'Groups of channels that respond together');
    add(frame,'p',{class:'facts'},`Non-negative factors of the positions\u2019 activations; ${percent(data.unexplained)} of their power is left over.`);
    const row=add(frame,'div',{class:'thumbs'});
    data.groups.forEach((group,index)=>groupTile(row,data,index,percent(group.share)))})}
    function directionPage(kind,number){
    add(main,'h1',{},`${kind==='cell'?'Place':'Group'} ${number} of the atlas`);
    add(add(main,'p'),'a',{href:'#atlas'},'Atlas of '+net.atlas.layer);
    later(main,'atlas',(frame,data)=>{
    const found=data[kind+'s'][number],{direction}=found,row=add(frame,'div',{class:'unit'}),figure=add(row,'figure');
    add(figure,'img',{src:direction.file,width:direction.width,height:direction.height,alt:`what ${kind} ${number} looks for`});
    add(figure,'figcaption',{},kind==='cell'?`Row ${found.row+1}, column ${found.column+1}: ${grouped(found.count)} positions.`:
    `${percent(found.share)} of all groups\u2019 weights.`);
    const body=table(row,['channel','part of the direction'],[1]);
    for(const {unit,weight,origin} of direction.units){
    const line=add(body,'tr'),cell=add(line,'td');
    /* A layer that passes channels on has those of the convolutions in front. */
    for(const [name,number] of [[data.layer,unit],...(origin?[[origin.layer,origin.unit]]:[])]){
    if(cell.firstChild)cell.append(' = ');
    const text=`${name} / ${number}`;
    if(unitAt(name,number))add(cell,'a',{href:link(name,number)},text);else cell.append(visible(text))}
    add(line,'td',{class:'number'},short(weight))}
    const likest=kind==='cell'?found.likest.map(like=>[like.page,`${grouped(like.count)} positions`]):
    pictures.map((picture,page)=>[page,picture.groups?.shares[number]??0]).sort((p,q)=>q[1]-p[1]).slice(0,8).
    map(([page,share])=>[page,percent(share)]);
    if(likest.length){
    add(frame,'h2',{},'Your pictures with most of it');
    const thumbs=add(frame,'div',{class:'thumbs'});
    for(const [page,text] of likest){
    const picture=pictures[page],card=add(thumbs,'a',{href:pictureLink(page)});
    add(card,'img',{src:picture.file,loading:'lazy',width:picture.width,height:picture.height,alt:''});
    add(card,'span',{},`${text} \u00b7 ${picture.name}`)}}
    add(frame,'h2',{},'How the picture was made');add(frame,'p',{},'In the site\u2019s folder:');command(frame,direction.command)});
    const count=net.atlas[kind+'s'];
    beside(Array.from({length:count},(_,index)=>`${kind} ${index}`),number,kind==='cell'?cellLink:groupLink)}
    """#
}
