extension Site {
  /// A picture's page, where a square follows the pointer and covers what is under it; a part of ``liveScript``.
  static let occlusionScript = #"""
    /* What was shown of a picture is what the net saw of it, so its own file is sent back. */
    async function bytes(address){
    if(!address.startsWith('data:'))return (await fetch(address)).blob();
    const text=atob(address.slice(address.indexOf(',')+1));
    return new Blob([Uint8Array.from(text,mark=>mark.charCodeAt(0))])}
    function occlude(){
    const page=location.hash.match(/^#picture\/(\d+)$/)?.[1],picture=page&&net.pictures[page];
    if(!live.pictures||!picture||main.querySelector('.covered'))return;
    const frame=add(main,'section',{'aria-label':'Cover a part of it'});
    main.querySelector('.maps').after(frame);
    add(frame,'h2',{},'Cover a part of it');
    const label=add(frame,'label',{class:'mix'},'Side of the square '),side=add(label,'input',{type:'range',min:1,
    max:Math.min(picture.width,picture.height),value:Math.round(Math.min(picture.width,picture.height)/6),'aria-label':'Side of the square in pixels'});
    const row=add(frame,'div',{class:'unit'}),stack=add(row,'div',{class:'covered',tabindex:'0',role:'application',
    'aria-label':'The square follows the pointer or the arrow keys'});
    add(stack,'img',{src:picture.file,width:picture.width,height:picture.height,alt:''});
    const square=add(stack,'i'),answer=add(row,'div',{role:'status'});
    square.hidden=true;
    add(frame,'p',{class:'facts'},'Outputs of the picture as it is shown, compressed: those above are of the file itself.');
    const file=bytes(picture.file);
    let middle=[Math.round(picture.height/2),Math.round(picture.width/2)],waits=false,isAsking=false;
    async function ask(){
    if(isAsking){waits=true;return}
    isAsking=true;
    do{
    waits=false;
    let told;
    try{
    const response=await fetch(`live/occlusion?y=${middle[0]}&x=${middle[1]}&side=${side.value}`,{method:'POST',body:await file});
    told=await response.json();
    }catch{told={error:'The server does not answer.'}}
    if(!frame.isConnected)return;
    answer.replaceChildren();
    if(told.error){add(answer,'p',{class:'facts'},told.error);continue}
    const whole=add(answer,'table'),head=add(add(whole,'thead'),'tr'),body=add(whole,'tbody');
    for(const text of ['class','whole','covered','change'])add(head,'th',{scope:'col'},text);
    for(const {index,before,after} of told.outputs){
    const line=add(body,'tr');
    add(line,'td',{},net.class_names?.[index]||'class '+index);
    for(const value of [before,after,after-before])add(line,'td',{class:'number'},number(value))}
    }while(waits);
    isAsking=false}
    function cover(){
    square.hidden=false;
    const [height,width]=[picture.height,picture.width],half=Math.floor(side.value/2);
    const [top,left]=[Math.max(0,middle[0]-half),Math.max(0,middle[1]-half)];
    square.style.top=100*top/height+'%';square.style.left=100*left/width+'%';
    square.style.height=100*(Math.min(height,middle[0]-half+ +side.value)-top)/height+'%';
    square.style.width=100*(Math.min(width,middle[1]-half+ +side.value)-left)/width+'%';
    ask()}
    stack.onpointermove=event=>{
    const box=stack.getBoundingClientRect(),within=(share,extent)=>Math.min(Math.max(Math.floor(share*extent),0),extent-1);
    middle=[within((event.clientY-box.top)/box.height,picture.height),within((event.clientX-box.left)/box.width,picture.width)];cover()};
    side.oninput=cover;
    stack.onkeydown=event=>{
    const step={ArrowUp:[-1,0],ArrowDown:[1,0],ArrowLeft:[0,-1],ArrowRight:[0,1]}[event.key];
    if(!step)return;
    event.preventDefault();event.stopPropagation();
    const far=Math.max(1,Math.round(side.value/2)),extents=[picture.height,picture.width];
    middle=middle.map((place,axis)=>Math.min(Math.max(place+far*step[axis],0),extents[axis]-1));cover()}}

    """#
}
